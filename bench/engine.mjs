// The machine and its journal alone, without processes: what decisions cost, how good schedules are, the towers of Hanoi.
import { ms, times } from './bench.mjs';

export async function engine(bench) {
  await decisions(bench);
  await schedules(bench);
  await towers(bench);
}

async function decisions(bench) {
  const cost = await bench.bundled('event-cost');
  bench.ratio({
    what: 'one event, plan of 100,000 beads',
    measured: `${(cost.large * 1000).toFixed(1)} µs`,
    against: `plan of 1,000 ${(cost.small * 1000).toFixed(1)} µs`,
    ratio: cost.large / cost.small,
    bar: 2,
  });
  const parents = bench.options.smoke ? 10 : 100;
  const additions = await bench.bundled('additions', String(parents));
  bench.ratio({
    what: `adding ${parents * 100} beads to a run`,
    measured: ms(additions.adding),
    against: `recording as many events ${ms(additions.recording)}`,
    ratio: additions.adding / additions.recording,
    bar: 1.5,
  });
}

async function schedules(bench) {
  const graphs = bench.options.smoke ? 50 : 1000;
  const spans = await bench.bundled('makespan', String(graphs));
  const ratio = (value) => `${value.toFixed(3)} ×`;
  bench.report({
    what: `makespan, ${graphs} random graphs, median`,
    measured: ratio(spans.free.median),
    against: `with sync points ${ratio(spans.barriers.median)}`,
    difference: 'of the lower bound',
    bar: '1.05 ×',
    holds: spans.free.median <= 1.05,
  });
  bench.report({
    what: 'the same, largest',
    measured: ratio(spans.free.largest),
    against: `with sync points ${ratio(spans.barriers.largest)}`,
    difference: `${(100 * spans.ofBound).toFixed(0)} % of 2 - 1/m`,
    bar: '2 - 1/m, for m at once',
    holds: spans.ofBound <= 1,
  });
}

async function towers(bench) {
  const [disks, kills] = bench.options.smoke ? [7, 3] : bench.options.isFull ? [20, 20] : [14, 20];
  const hanoi = await bench.bundled('hanoi', '--disks', String(disks), '--kills', String(kills));
  bench.ratio({
    what: `towers of Hanoi, ${disks} disks: ${hanoi.moves} durable moves in order, killed ${hanoi.kills} times`,
    measured: `${(hanoi.wholeMs / 1000).toFixed(0)} s, ${times(hanoi.movingRatio)} without starting again`,
    against: `one commit for each ${(hanoi.floorMs / 1000).toFixed(0)} s`,
    ratio: hanoi.ratio,
    bar: 1.5,
  });
  bench.report({
    what: 'the same, peak memory',
    measured: `${hanoi.memoryMb} MB`,
    bar: '1500 MB',
    holds: hanoi.memoryMb < 1500,
  });
}
