import type { BinaryOperator } from '@marcbachmann/cel-js';
import { unreachable } from '../../core/invariant.ts';
import { quote } from '../../diagnostic/neutralise.ts';
import type { Node } from './expression.ts';
import type { Facts } from './facts.ts';
import { isFunction, isLoop, isMethod, type LoopName } from './functions.ts';
import { calculate, callFunction, callMethod, compare, contains, element, negate } from './operators.ts';
import {
  asValue,
  type Dictionary,
  equal,
  isDictionary,
  isList,
  NoValue,
  own,
  type Purse,
  typeName,
  type Value,
} from './values.ts';

/** The items of the loops around a node. */
interface Loop {
  readonly name: string;
  readonly value: Value;
  readonly outer: Loop | undefined;
}

/**
 * Walks over the library's tree. The library has an evaluator of its own; this one exists because that one cannot be
 * stopped: forty characters of nested loops keep it busy for ever, and the driver with it.
 * Owns: nothing but the walk. I1: every visit is paid for.
 */
export class Evaluator {
  readonly #facts: Facts;
  readonly #purse: Purse;

  constructor(facts: Facts, purse: Purse) {
    this.#facts = facts;
    this.#purse = purse;
  }

  /** The value of a node; throws {@link NoValue} where it has none. */
  evaluate(node: Node, loop: Loop | undefined = undefined): Value {
    this.#purse.spend(1);
    switch (node.op) {
      case 'value':
        return literal(node.args);
      case 'id':
        return this.#name(node.args, loop);
      case '.':
        return this.#member(node.args[0], node.args[1], loop);
      case '[]':
        return this.#element(node.args[0], this.evaluate(node.args[1], loop), loop);
      case 'call':
        return this.#call(node.args[0], node.args[1], loop);
      case 'rcall':
        return this.#method(node.args[0], node.args[1], node.args[2], loop);
      case 'list':
        return node.args.map((item) => this.evaluate(item, loop));
      case 'map':
        return Object.fromEntries(
          node.args.map(([key, value]) => [this.#key(key, loop), this.evaluate(value, loop)]),
        );
      case '?:':
        return this.evaluate(node.args[this.#truth(node.args[0], loop) ? 1 : 2], loop);
      case '||':
        return this.#either(node.args[0], node.args[1], true, loop);
      case '&&':
        return this.#either(node.args[0], node.args[1], false, loop);
      case '!_':
        return !this.#truth(node.args, loop);
      case '-_':
        return negate(this.evaluate(node.args, loop));
      case '.?':
      case '[?]':
        throw new NoValue('uses optional members');
      default:
        return this.#binary(node.op, this.evaluate(node.args[0], loop), this.evaluate(node.args[1], loop));
    }
  }

  #binary(op: BinaryOperator, a: Value, b: Value): Value {
    switch (op) {
      case '==':
        return equal(a, b, this.#purse);
      case '!=':
        return !equal(a, b, this.#purse);
      case 'in':
        return contains(a, b, this.#purse);
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return calculate(op, a, b, this.#purse);
      case '<':
      case '<=':
      case '>':
      case '>=':
        return compare(op, a, b, this.#purse);
      default:
        return unreachable(op);
    }
  }

  #name(name: string, loop: Loop | undefined): Value {
    for (let at = loop; at !== undefined; at = at.outer) if (at.name === name) return at.value;
    throw new NoValue(`uses ${quote(name)}, which means nothing here`);
  }

  /** `beads`, `vars` and `env`, unless a loop calls its items so. */
  #root(node: Node, loop: Loop | undefined): Dictionary | undefined {
    if (node.op !== 'id') return undefined;
    for (let at = loop; at !== undefined; at = at.outer) if (at.name === node.args) return undefined;
    switch (node.args) {
      case 'beads':
        return this.#facts.beads;
      case 'vars':
        return this.#facts.vars;
      case 'env':
        return this.#facts.env;
      default:
        return undefined;
    }
  }

  #member(of: Node, name: string, loop: Loop | undefined): Value {
    const root = this.#root(of, loop);
    // A variable of the environment that is not set is empty.
    if (root !== undefined && root === this.#facts.env && !Object.hasOwn(root, name)) return '';
    const value = root ?? this.evaluate(of, loop);
    if (isDictionary(value)) return own(value, name);
    throw new NoValue(`asks ${typeName(value)} for ${quote(name)}`);
  }

  #element(of: Node, index: Value, loop: Loop | undefined): Value {
    if (typeof index === 'string') return this.#member(of, index, loop);
    return element(this.#root(of, loop) ?? this.evaluate(of, loop), index);
  }

  #key(node: Node, loop: Loop | undefined): string {
    const key = this.evaluate(node, loop);
    if (typeof key === 'string') return key;
    throw new NoValue(`has ${typeName(key)} for a key, where only strings are allowed`);
  }

  #truth(node: Node, loop: Loop | undefined): boolean {
    const value = this.evaluate(node, loop);
    if (typeof value === 'boolean') return value;
    throw new NoValue(`needs true or false where it has ${typeName(value)}`);
  }

  /** `||` (decided by true) and `&&` (decided by false): the side that decides makes up for one without a value. */
  #either(left: Node, right: Node, decides: boolean, loop: Loop | undefined): boolean {
    let missing: NoValue | undefined;
    try {
      if (this.#truth(left, loop) === decides) return decides;
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      missing = error;
    }
    const other = this.#truth(right, loop);
    if (missing === undefined || other === decides) return other;
    throw missing;
  }

  #call(name: string, args: readonly Node[], loop: Loop | undefined): Value {
    const [argument] = args;
    if (argument === undefined || args.length !== 1 || !isFunction(name))
      throw new NoValue(`calls ${quote(name)}`);
    return name === 'has'
      ? this.#has(argument, loop)
      : callFunction(name, this.evaluate(argument, loop), this.#purse);
  }

  #has(node: Node, loop: Loop | undefined): boolean {
    if (node.op !== '.') throw new NoValue('uses `has` on something else than a member');
    const [of, name] = node.args;
    const value = this.#root(of, loop) ?? this.evaluate(of, loop);
    if (isDictionary(value)) return Object.hasOwn(value, name);
    throw new NoValue(`asks ${typeName(value)} for ${quote(name)}`);
  }

  #method(name: string, receiver: Node, args: readonly Node[], loop: Loop | undefined): Value {
    if (receiver.op === 'id' && receiver.args === 'file' && name === 'exists' && args.length === 1) {
      const [path] = args.map((argument) => this.evaluate(argument, loop));
      if (typeof path === 'string') return this.#facts.fileExists(path);
    }
    const value = this.evaluate(receiver, loop);
    if (isLoop(name)) return this.#loop(name, value, args, loop);
    if (!isMethod(name)) throw new NoValue(`calls ${quote(name)}`);
    return callMethod(
      name,
      value,
      args.map((argument) => this.evaluate(argument, loop)),
      this.#purse,
    );
  }

  #loop(kind: LoopName, all: Value, args: readonly Node[], outer: Loop | undefined): Value {
    const [item, first, second] = args;
    if (item?.op !== 'id' || first === undefined) throw new NoValue(`calls ${quote(kind)} without an item`);
    const inner = (value: Value): Loop => ({ name: item.args, value, outer });
    const items = this.#items(all);
    switch (kind) {
      case 'all':
        return !this.#some(items, (value) => !this.#truth(first, inner(value)));
      case 'exists':
        return this.#some(items, (value) => this.#truth(first, inner(value)));
      case 'exists_one':
        return items.filter((value) => this.#truth(first, inner(asValue(value)))).length === 1;
      case 'filter':
        return items.filter((value) => this.#truth(first, inner(asValue(value))));
      case 'map':
        return items
          .filter((value) => second === undefined || this.#truth(first, inner(asValue(value))))
          .map((value) => this.evaluate(second ?? first, inner(asValue(value))));
      default:
        return unreachable(kind);
    }
  }

  /** A map is gone through by its keys. */
  #items(all: Value): readonly unknown[] {
    const items = isList(all) ? all : isDictionary(all) ? Object.keys(all) : undefined;
    if (items === undefined) throw new NoValue(`goes through ${typeName(all)} as if it were a list`);
    this.#purse.spend(items.length);
    return items;
  }

  /** An item that decides makes up for others without a value. */
  #some(items: readonly unknown[], holds: (value: Value) => boolean): boolean {
    let missing: NoValue | undefined;
    for (const item of items) {
      try {
        if (holds(asValue(item))) return true;
      } catch (error) {
        if (!(error instanceof NoValue)) throw error;
        missing ??= error;
      }
    }
    if (missing !== undefined) throw missing;
    return false;
  }
}

function literal(value: Extract<Node, { op: 'value' }>['args']): Value {
  if (typeof value !== 'object' || value === null) return value;
  throw new NoValue('uses bytes or unsigned numbers');
}
