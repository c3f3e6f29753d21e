/** `gastown completions`: scripts that ask the program itself what could follow. */
import { quote } from '../../diagnostic/neutralise.ts';
import { similar } from '../../plan/similar.ts';
import { type Context, EXIT } from '../context.ts';
import { print } from '../terminal/console.ts';

export function completions(this: Context, _flags: Readonly<Record<never, never>>, shell: string): void {
  const { stdout, stderr } = this.console;
  const script = scripts.get(shell);
  if (script !== undefined) {
    stdout.write(script);
    return;
  }
  const near = similar(shell, scripts.keys());
  print(stderr, [
    `error: no completions for the shell ${quote(shell)}`,
    near === undefined ? '  = hint: bash, zsh and fish are known' : `  = hint: did you mean ${near}?`,
  ]);
  this.exit(EXIT.usage);
}

// The words after the program's name up to the cursor, the unfinished one last; candidates come with a tab and a remark.
const bash = `# gastown completions for bash; in ~/.bashrc: eval "$(gastown completions bash)"
_gastown() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(gastown __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _gastown gastown
`;

const zsh = `#compdef gastown
# gastown completions for zsh; in ~/.zshrc after compinit: eval "$(gastown completions zsh)"
_gastown() {
  local line
  local -a proposals
  for line in "\${(@f)$(gastown __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && proposals+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#proposals} )); then
    _describe gastown proposals
  else
    _files
  fi
}
if [[ \${funcstack[1]} == _gastown ]]; then
  _gastown "$@"
else
  compdef _gastown gastown
fi
`;

const fish = `# gastown completions for fish; gastown completions fish > ~/.config/fish/completions/gastown.fish
function __gastown_proposals
    set -l words (commandline -opc)
    set -l unfinished (commandline -ct)
    gastown __complete -- $words[2..-1] "$unfinished" 2>/dev/null
end
complete -c gastown -f -a '(__gastown_proposals)'
complete -c gastown -n '__fish_seen_subcommand_from init validate' -F
complete -c gastown -l formula -r -F
`;

const scripts: ReadonlyMap<string, string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);
