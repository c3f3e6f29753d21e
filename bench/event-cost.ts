/** What one event costs the machine in plans of different sizes, ms; printed as JSON. Bundled and run by `bench/run.mjs`. */
import { nodeId } from '../src/core/ids.ts';
import type { BeadNode } from '../src/core/plan.ts';
import { bead, Machine } from '../src/testing/machine.ts';

/** Layers of 100, each bead requiring two of the layer above. */
function plan(count: number): BeadNode[] {
  return Array.from({ length: count }, (_, index) => {
    const above = Math.floor(index / 100) * 100 - 100;
    const requires = above < 0 ? [] : [`b${above + (index % 100)}`, `b${above + ((index * 7) % 100)}`];
    return bead(`b${index}`, [...new Set(requires)], { order: index });
  });
}

function costMs(count: number): number {
  const machine = new Machine(plan(count), { parallel: 8 });
  machine.events.length = 0;
  const samples = Math.min(count, 1000) / 2;
  const start = process.hrtime.bigint();
  for (let sample = 0; sample < samples; sample += 1) {
    const next = machine.store.inWork.values().next().value;
    if (next === undefined) throw new Error('nothing is in work');
    machine.succeed(nodeId(next));
  }
  return Number(process.hrtime.bigint() - start) / 1e6 / samples;
}

costMs(1000);
const best = (count: number, rounds: number): number =>
  Math.min(...Array.from({ length: rounds }, () => costMs(count)));
console.log(JSON.stringify({ small: best(1000, 50), large: best(100_000, 5) }));
