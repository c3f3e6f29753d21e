/**
 * Set where a helper is started, and at once removed: the kernel remembers what a process was started with, so a command
 * knows that a helper stands above it, and what it starts knows nothing.
 */
export const HELPER_VARIABLE = 'SHELL_HELPER_PROCESS';

/**
 * The program of a shell helper: one constant text for every POSIX shell (dash and bash are tested). Everything that
 * varies reaches it as data on its standard input; nothing it reads is ever part of its own program, except the
 * command a request asks for, which is `eval`ed in a subshell of its own.
 *
 * Values. `-text` is the text itself; `0text` … `2text` stand for a known prefix and the text; `.` is the record's folder,
 * `/name` something in it; `*n` announces n raw lines. Short requests matter: a POSIX `read` takes one system call per byte.
 *
 * The `eval` and the `exec` stand where the shell can see that they are the subshell's last act: it saves a fork.
 *
 * Hello (once): token, identity, prefixes 0–2, node, filter, end mark, secrets.
 * Request: a line `seq kind names unsets args directory input`, record, log, [directory], [input], [names], a value for
 * each of the names, unsets × name, then args × value. kind: `c` one shell command, `v` an argument vector. names: 1 when a
 * line of names follows; else those of the request before are set again.
 * Answer: `E seq status` · `R seq` the record was taken · `U seq what` something cannot be opened (what: directory,
 * log, input, record).
 */
export const helperScript = `
unset ${HELPER_VARIABLE}
trap : TERM INT HUP
command exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
_gs_nl='
'
_gs_read() {
  IFS= read -r _gs_v || exit 0
  case $_gs_v in
    -*) _gs_v=\${_gs_v#-} ;;
    0*) _gs_v=$_gs_p0\${_gs_v#0} ;;
    1*) _gs_v=$_gs_p1\${_gs_v#1} ;;
    2*) _gs_v=$_gs_p2\${_gs_v#2} ;;
    .) _gs_v=\${_gs_rec%/*} ;;
    /*) _gs_v=\${_gs_rec%/*}$_gs_v ;;
    '*'*)
      _gs_n=\${_gs_v#?}
      IFS= read -r _gs_v || exit 0
      while [ "$_gs_n" -gt 1 ]; do
        IFS= read -r _gs_l || exit 0
        _gs_v=$_gs_v$_gs_nl$_gs_l
        _gs_n=$((_gs_n - 1))
      done ;;
  esac
}
_gs_read; _gs_token=$_gs_v
_gs_read; _gs_identity=$_gs_v
_gs_read; _gs_p0=$_gs_v
_gs_read; _gs_p1=$_gs_v
_gs_read; _gs_p2=$_gs_v
_gs_read; _gs_node=$_gs_v
_gs_read; _gs_filter=$_gs_v
_gs_read; _gs_mark=$_gs_v
_gs_read; _gs_secrets=$_gs_v
_gs_dir=/
_gs_names=
while :; do
  IFS=' ' read -r _gs_seq _gs_kind _gs_new _gs_unsets _gs_args _gs_cd _gs_input || exit 0
  _gs_read; _gs_rec=$_gs_v
  _gs_read; _gs_log=$_gs_v
  if [ "$_gs_cd" = 1 ]; then _gs_read; _gs_dir=$_gs_v; fi
  _gs_in=/dev/null
  if [ "$_gs_input" = 1 ]; then _gs_read; _gs_in=$_gs_v; fi
  if [ "$_gs_new" = 1 ]; then IFS= read -r _gs_names || exit 0; fi
  for _gs_name in $_gs_names; do
    _gs_read
    export "$_gs_name=$_gs_v"
  done
  while [ "$_gs_unsets" -gt 0 ]; do
    IFS= read -r _gs_name || exit 0
    unset "$_gs_name"
    _gs_unsets=$((_gs_unsets - 1))
  done
  set --
  while [ "$_gs_args" -gt 0 ]; do
    _gs_read
    set -- "$@" "$_gs_v"
    _gs_args=$((_gs_args - 1))
  done
  if [ "$_gs_kind" = c ]; then _gs_c=$1; set --; fi
  if ! cd "$_gs_dir"; then echo "U $_gs_seq directory"; continue; fi
  if ! command exec 3>>"$_gs_log"; then echo "U $_gs_seq log"; continue; fi
  if ! command exec 4<"$_gs_in"; then command exec 3>&-; echo "U $_gs_seq input"; continue; fi
  _gs_claim="B $_gs_token.$_gs_seq"
  if ! printf '%s\\nI %s\\n' "$_gs_claim" "$_gs_identity" >>"$_gs_rec"; then
    command exec 3>&- 4<&-
    echo "U $_gs_seq record"
    continue
  fi
  _gs_l=
  IFS= read -r _gs_l <"$_gs_rec"
  if [ "$_gs_l" != "$_gs_claim" ]; then
    command exec 3>&- 4<&-
    echo "R $_gs_seq"
    continue
  fi
  if [ -z "$_gs_filter" ]; then
    ( if [ $_gs_kind = c ]; then eval "$_gs_c"; else exec "$@"; fi ) <&4 >&3 2>&1 3>&- 4<&-
    _gs_status=$?
  else
    {
      trap : TERM INT HUP
      ( if [ $_gs_kind = c ]; then eval "$_gs_c"; else exec "$@"; fi ) <&4 2>&1 3>&- 4<&-
      printf '%s %d\\n' "$_gs_mark" $?
    } | REDACT_VALUES=$_gs_secrets REDACT_END=$_gs_mark NODE_OPTIONS= "$_gs_node" "$_gs_filter" >&3 3>&- 4<&-
    _gs_status=$?
  fi
  command exec 3>&- 4<&-
  printf 'E %d\\n' "$_gs_status" >>"$_gs_rec"
  echo "E $_gs_seq $_gs_status"
done
`;
