/** `gastown why`: looks at the journal, and never touches it. */
import { neutralise } from '../../diagnostic/neutralise.ts';
import { replayMachine } from '../../engine/history.ts';
import { nodeName, pauseSentence } from '../../engine/sentences.ts';
import { openReader } from '../../journal/open.ts';
import { systemClock } from '../../os/clock.ts';
import { stateFolderOf } from '../../project/state-folder.ts';
import { jsonText } from '../../view/json-text.ts';
import { why as explain, type Why } from '../../view/why.ts';
import { type Context, EXIT } from '../context.ts';
import { nodeNamed } from '../node-name.ts';
import { findProject } from '../place.ts';
import { driverOf } from '../status-report.ts';
import { type Console, print } from '../terminal/console.ts';
import { sayUnknownBead } from '../unknown-bead.ts';

interface WhyFlags {
  readonly formula?: string;
  readonly json: boolean;
}

export async function why(this: Context, flags: WhyFlags, name: string): Promise<void> {
  const { console } = this;
  const place = await findProject(this, flags);
  if (place === undefined) return;
  using reader = openReader(stateFolderOf(place.root));
  const row = reader?.latestRun(place.formulaFile);
  if (reader === undefined || row === undefined) {
    print(console.stderr, ['error: nothing was run yet', '  = hint: gastown run starts it']);
    this.exit(EXIT.usage);
    return;
  }
  const store = replayMachine(reader, row.run);
  const id = nodeNamed(name);
  if (!store.nodes.has(id)) {
    sayUnknownBead(this, name, [...store.nodes.keys()].map(nodeName));
    return;
  }
  const { phase } = store.run;
  const answer = explain(store, id, {
    driver: driverOf(reader, row),
    pause: phase.phase === 'paused' ? pauseSentence(phase.reason) : undefined,
    now: systemClock.now(),
    name: nodeName,
  });
  if (flags.json)
    console.stdout.write(
      jsonText({ ...answer, run: { id: row.run, note: answer.run ?? null }, left: answer.left ?? null }),
    );
  else print(console.stdout, linesOf(answer, console));
}

function linesOf({ chain, left, run, commands }: Why, { paint, glyphs }: Console): string[] {
  const lines = chain.flatMap(({ node, status, sentence }, at) => {
    const mark = paint(status, glyphs.marks[status]);
    const line = `${at === 0 ? '' : '  '}${mark} ${neutralise(node)}  ${neutralise(sentence)}`;
    return left?.after === at ? [`  ${glyphs.ellipsis} and ${left.count} more between`, line] : [line];
  });
  return [
    ...lines,
    ...(run === undefined ? [] : [neutralise(run)]),
    ...commands.map((command) => `  = hint: ${neutralise(command)}`),
  ];
}
