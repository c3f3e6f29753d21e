/** The names in an expression: what it reads, and what is wrong with that. Types are not looked at. */
import { quote } from '../../diagnostic/neutralise.ts';
import type { Place } from '../toml/source.ts';
import { below, memberOf, type Node } from './expression.ts';
import { isFunction, isLoop, isMethod } from './functions.ts';
import {
  type Misnomer,
  near,
  unknownFunction,
  unknownMethod,
  wrongFileCall,
  wrongOutcome,
} from './misnomer.ts';
import { MEMBERS, ROOTS, type Scope } from './scope.ts';

/** A bead that an expression reads. */
export interface BeadName {
  readonly id: string;
  readonly place: Place;
}

/** A part of the text that is to be written in another way. */
export interface Respelling {
  readonly place: Place;
  readonly text: string;
}

export interface Names {
  readonly misnomers: readonly Misnomer[];
  readonly beads: readonly BeadName[];
  /** Aliases by the ids they stand for, in the order of the text. */
  readonly respellings: readonly Respelling[];
}

/** Looks at all names of an expression. */
export function namesOf(ast: Node, text: string, scope: Scope): Names {
  const reader = new NameReader(text, scope);
  reader.read(ast, new Set());
  return reader;
}

type Loops = ReadonlySet<string>;

/** Owns: what was found so far, in the order of the text. */
class NameReader implements Names {
  readonly misnomers: Misnomer[] = [];
  readonly beads: BeadName[] = [];
  readonly respellings: Respelling[] = [];
  readonly #text: string;
  readonly #scope: Scope;

  constructor(text: string, scope: Scope) {
    this.#text = text;
    this.#scope = scope;
  }

  /** `loops` holds the names of items at this place. */
  read(node: Node, loops: Loops): void {
    switch (node.op) {
      case 'value':
        if (typeof node.args === 'object' && node.args !== null)
          this.#report('condition/not-allowed', 'uses bytes or unsigned numbers', node);
        return;
      case 'id':
        if (!loops.has(node.args)) this.#bareName(node.args, node);
        return;
      case '.':
      case '[]':
        this.#access(node, loops);
        return;
      case 'call':
        if (!isFunction(node.args[0])) this.misnomers.push(unknownFunction(node.args[0], node));
        break;
      case 'rcall':
        this.#method(node.args[0], node.args[1], node.args[2], node, loops);
        return;
      case '==':
      case '!=':
        this.#compared(node.args[0], [node.args[1]], loops);
        this.#compared(node.args[1], [node.args[0]], loops);
        break;
      case 'in':
        this.#compared(node.args[0], node.args[1].op === 'list' ? node.args[1].args : [], loops);
        break;
      default:
        break;
    }
    for (const part of below(node)) this.read(part, loops);
  }

  #access(node: Node & { readonly op: '.' | '[]' }, loops: Loops): void {
    const [of] = node.args;
    if (of.op === 'id' && !loops.has(of.args) && isRoot(of.args)) {
      const before = this.misnomers.length;
      this.#rootMember(of.args, node, loops);
      if (of.args === 'beads' && this.misnomers.length === before)
        this.#report('condition/unknown-name', 'reads a bead as a whole', node, [
          `name what you want to know of it: ${MEMBERS.join(', ')}`,
        ]);
      return;
    }
    if (isBead(of, loops)) {
      this.#rootMember('beads', of, loops);
      const member = memberOf(node);
      if (member !== undefined && !MEMBERS.some((name) => name === member.name))
        this.#unknown(
          `reads ${quote(member.name)} of a bead, which has only ${MEMBERS.join(', ')}`,
          member,
          MEMBERS,
        );
    } else {
      this.read(of, loops);
    }
    if (node.op === '[]') this.read(node.args[1], loops);
  }

  /** `beads.x`, `vars.x` or `env.x`. */
  #rootMember(root: string, node: Node, loops: Loops): void {
    const member = memberOf(node);
    if (member === undefined) {
      this.#report('condition/not-allowed', `chooses from \`${root}\` by a computed name`, node, [
        `write the name itself: ${root}["name"]`,
      ]);
      if (node.op === '[]') this.read(node.args[1], loops);
      return;
    }
    switch (root) {
      case 'beads':
        this.#bead(node, member);
        return;
      case 'vars':
        if (
          !this.#scope.vars.has(member.name) &&
          !this.#dashed(node, member, (name) => this.#scope.vars.has(name))
        )
          this.#unknown(
            `reads the variable ${quote(member.name)}, which the formula does not declare`,
            member,
            this.#scope.vars.keys(),
          );
        return;
      case 'env':
        if (!this.#scope.env.includes(member.name))
          this.#report(
            'condition/unknown-name',
            `reads the environment variable ${quote(member.name)}, which \`formula.env\` does not list`,
            member.place,
            [
              near(member.name, this.#scope.env, this.#scope.patience) ??
                `allow it: env = [${quote(member.name)}] in [formula]`,
            ],
          );
        return;
      default:
        this.#report('condition/unknown-name', `reads ${quote(`file.${member.name}`)}`, node, [
          'about files there is only file.exists("path")',
        ]);
    }
  }

  #bead(node: Node, member: { readonly name: string; readonly of: Node; readonly place: Place }): void {
    const { name, place } = member;
    const found = node.op === '.' ? this.#scope.find(name) : this.#exact(name);
    if (found.type === 'bead') {
      this.beads.push({ id: found.id, place });
      if (found.id !== name)
        this.respellings.push({
          place: { start: member.of.end, end: node.end },
          text: `[${JSON.stringify(found.id)}]`,
        });
      return;
    }
    if (found.type === 'ambiguous') {
      this.#report('condition/unknown-name', `could mean ${found.ids.map(quote).join(' or ')}`, place, [
        `write beads[${quote(found.ids[0] ?? name)}]`,
      ]);
      return;
    }
    if (this.#dashed(node, member, (id) => this.#scope.has(id))) return;
    this.#unknown(`reads the bead ${quote(name)}, but no bead has that id`, member, this.#scope.ids);
  }

  /** `beads.pet-crud` is a subtraction for CEL. */
  #dashed(
    node: Node,
    { name, place, of }: { readonly name: string; readonly of: Node; readonly place: Place },
    isKnown: (name: string) => boolean,
  ): boolean {
    const tail = /^(?:-[A-Za-z0-9_]+)+/.exec(this.#text.slice(place.end))?.[0] ?? '';
    if (node.op !== '.' || tail === '' || !isKnown(name + tail)) return false;
    const root = this.#text.slice(of.start, of.end);
    this.#report(
      'condition/unknown-name',
      `subtracts: ${quote(`${root}.${name}${tail}`)} is no name in CEL`,
      { start: place.start, end: place.end + tail.length },
      [`write ${root}["${name}${tail}"]`],
    );
    return true;
  }

  #exact(id: string): ReturnType<Scope['find']> {
    return this.#scope.has(id) ? { type: 'bead', id } : { type: 'unknown' };
  }

  #bareName(name: string, node: Node): void {
    if (isRoot(name)) {
      this.#report('condition/not-allowed', `uses \`${name}\` as a whole`, node, [
        name === 'file' ? 'ask for one file: file.exists("path")' : `name one of them: ${name}.NAME`,
      ]);
      return;
    }
    // The rest of `beads.pet-crud`, which was explained already.
    if (
      /-\s*$/.test(this.#text.slice(0, node.start)) &&
      this.misnomers.some(({ place }) => place.end >= node.end)
    )
      return;
    const [hint] = [
      this.#scope.has(name) ? `did you mean \`beads.${name}\`?` : undefined,
      this.#scope.vars.has(name) ? `did you mean \`vars.${name}\`?` : undefined,
      this.#scope.env.includes(name) ? `did you mean \`env.${name}\`?` : undefined,
      near(name, ROOTS),
      `known here: ${ROOTS.join(', ')}`,
    ].flatMap((one) => one ?? []);
    this.#report('condition/unknown-name', `uses ${quote(name)}, which means nothing here`, node, [
      hint ?? '',
    ]);
  }

  #method(
    name: string,
    receiver: Node,
    args: readonly Node[],
    node: Node & { readonly op: 'rcall' },
    loops: Loops,
  ): void {
    if (receiver.op === 'id' && receiver.args === 'file' && !loops.has('file')) {
      this.misnomers.push(...wrongFileCall(name, args, node));
      for (const part of args) this.read(part, loops);
      return;
    }
    this.read(receiver, loops);
    const [item, ...rest] = args;
    if (isLoop(name) && item?.op === 'id') {
      if (isRoot(item.args))
        this.#report(
          'condition/not-allowed',
          `calls an item \`${item.args}\`, which means something else`,
          item,
        );
      const inner = new Set(loops).add(item.args);
      for (const part of rest) this.read(part, inner);
      return;
    }
    if (!isMethod(name) && !isLoop(name)) this.misnomers.push(unknownMethod(name, node));
    for (const part of args) this.read(part, loops);
  }

  /** A misspelt outcome would make a condition that never holds. */
  #compared(one: Node, others: readonly Node[], loops: Loops): void {
    const member = memberOf(one);
    if (member?.name !== 'outcome' || !isBead(member.of, loops)) return;
    for (const other of others) this.misnomers.push(...wrongOutcome(other));
  }

  #unknown(
    message: string,
    member: { readonly name: string; readonly place: Place },
    known: Iterable<string>,
  ): void {
    const hint = near(member.name, known, this.#scope.patience);
    this.#report('condition/unknown-name', message, member.place, hint === undefined ? [] : [hint]);
  }

  #report(
    code: Misnomer['code'],
    message: string,
    { start, end }: Place,
    hints: readonly string[] = [],
  ): void {
    this.misnomers.push({ code, message, place: { start, end }, hints });
  }
}

const isRoot = (name: string): boolean => ROOTS.some((root) => root === name);

/** Whether a node reads a bead: `beads.x`, `beads["x"]`, or also `beads[…]`, which is refused elsewhere. */
const isBead = (node: Node, loops: Loops): node is Node & { readonly op: '.' | '[]' } =>
  (node.op === '.' || node.op === '[]') &&
  node.args[0].op === 'id' &&
  node.args[0].args === 'beads' &&
  !loops.has('beads');
