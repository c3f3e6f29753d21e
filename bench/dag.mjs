// Graphs of no-op nodes, the same one as beads and as files of other tools.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `count` nodes in layers of about 100; each requires up to three of the layer above, always the same ones. */
export function layered(count) {
  const width = Math.min(100, Math.max(1, Math.round(count / 10)));
  const nodes = [];
  for (let index = 0; index < count; index += 1) {
    const layer = Math.floor(index / width);
    const requires = new Set();
    for (let edge = 0; layer > 0 && edge < 3; edge += 1)
      requires.add((layer - 1) * width + ((index * 7 + edge * 13) % width));
    nodes.push([...requires].filter((at) => at < count));
  }
  return nodes;
}

/** Each requires the one before. */
export const chain = (count) => Array.from({ length: count }, (_, index) => (index === 0 ? [] : [index - 1]));

export const name = (index) => `b${String(index).padStart(6, '0')}`;

/** `rich`: every bead that requires another has a condition over it, and every text names a variable. */
export function writeBeads(folder, nodes, parallel, rich = false) {
  const beads = join(folder, 'gastown', 'beads');
  mkdirSync(beads, { recursive: true });
  writeFileSync(join(folder, 'gastown.toml'), '[project]\nformula = "gastown/formula.toml"\n');
  writeFileSync(
    join(folder, 'gastown', 'formula.toml'),
    `[formula]\nname = "bench"\ntype = "convoy"\nrig = "default"\n\n[formula.sync]\nmode = "none"\n\n[formula.execution]\nparallel_beads = ${parallel}\n${rich ? '\n[formula.vars]\nwhat = "nothing"\n' : ''}`,
  );
  nodes.forEach((requires, index) => {
    const id = name(index);
    const condition =
      rich && requires.length > 0
        ? `when = "beads.${name(requires[0])}.outcome == 'done' && vars.what != 'all'"\n`
        : '';
    writeFileSync(
      join(beads, `${id}.toml`),
      `[bead]\nid = "${id}"\nname = "Node ${index}"\npriority = 2\nagent = "shell"\n${condition}\n[bead.dependencies]\nrequires = [${requires.map((at) => `"${name(at)}"`).join(', ')}]\n\n[bead.task]\ndescription = "Does ${rich ? '{{what}}' : 'nothing'}, durably"\nrun = "true"\n`,
    );
  });
}

export function writeNinja(folder, nodes) {
  mkdirSync(folder, { recursive: true });
  const rules = nodes.map((requires, index) => `build ${name(index)}: noop ${requires.map(name).join(' ')}`);
  writeFileSync(join(folder, 'build.ninja'), `rule noop\n  command = true\n${rules.join('\n')}\n`);
}

export function writeMake(folder, nodes) {
  mkdirSync(folder, { recursive: true });
  const names = nodes.map((_, index) => name(index)).join(' ');
  const rules = nodes.map((requires, index) => `${name(index)}: ${requires.map(name).join(' ')}\n\t@true`);
  writeFileSync(join(folder, 'Makefile'), `.PHONY: all ${names}\nall: ${names}\n${rules.join('\n')}\n`);
}
