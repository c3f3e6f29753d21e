/** `gastown status`: looks, and never touches. */
import { openReader } from '../../journal/open.ts';
import { systemClock } from '../../os/clock.ts';
import type { JournalReader, RunRow } from '../../ports/journal.ts';
import type { ProjectPlace } from '../../project/discover.ts';
import { stateFolderOf } from '../../project/state-folder.ts';
import { jsonText } from '../../view/json-text.ts';
import { countStatuses } from '../../view/progress.ts';
import type { Context } from '../context.ts';
import { findProject } from '../place.ts';
import { glanceAt, recordedStatus } from '../status-report.ts';
import type { StatusDetail, StatusDocument } from '../status-schema.ts';
import { isWorking, MOST_BEADS, statusLines } from '../status-text.ts';
import { print } from '../terminal/console.ts';
import { sayUnknownBead } from '../unknown-bead.ts';

interface StatusFlags {
  readonly formula?: string;
  readonly bead?: string;
  readonly all: boolean;
  readonly json: boolean;
}

interface Recorded {
  readonly reader: JournalReader;
  readonly run: RunRow;
}

/** Of a large run, the beads among which the most urgent are looked for. */
const NEAREST = 1000;

export async function status(this: Context, flags: StatusFlags): Promise<void> {
  const { console } = this;
  const place = await findProject(this, flags);
  if (place === undefined) return;
  using reader = openReader(stateFolderOf(place.root));
  const run = reader?.latestRun(place.formulaFile);
  const recorded = reader === undefined || run === undefined ? undefined : { reader, run };
  const options = { now: systemClock.now(), all: flags.all };
  const isGlance = flags.bead === undefined && !flags.json && !flags.all;
  if (isGlance && recorded !== undefined && sizeOf(recorded.run) > MOST_BEADS) {
    const glance = glanceAt(recorded.reader, recorded.run, NEAREST);
    print(console.stdout, statusLines(await withPrediction(glance, recorded, options.now), console, options));
    return;
  }
  const document =
    recorded === undefined
      ? (await import('../status-preview.ts')).previewStatus(this, place, flags.json)
      : await withPrediction(recordedStatus(recorded.reader, recorded.run), recorded, options.now);
  if (document === undefined) return;
  if (flags.bead !== undefined) await showBead(this, flags.bead, flags.json, document, place, recorded);
  else if (flags.json) console.stdout.write(jsonText(document));
  else
    print(
      console.stdout,
      statusLines({ ...document, counts: countStatuses(document.beads) }, console, options),
    );
}

/** Says when a run that is worked on will end. */
async function withPrediction<Status extends Pick<StatusDocument, 'run'>>(
  status: Status,
  { reader, run }: Recorded,
  now: number,
): Promise<Status> {
  if (status.run === null || !isWorking(status.run)) return status;
  const { predictedEnd } = await import('../../engine/prediction.ts');
  return { ...status, run: { ...status.run, predictedEndAt: predictedEnd(reader, run, now) ?? null } };
}

const sizeOf = ({ counts }: RunRow): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

async function showBead(
  context: Context,
  id: string,
  json: boolean,
  document: StatusDocument,
  place: ProjectPlace,
  recorded: Recorded | undefined,
): Promise<void> {
  const { console } = context;
  const { run, beads } = document;
  const bead = beads.find((candidate) => candidate.id === id);
  if (bead === undefined) {
    sayUnknownBead(
      context,
      id,
      beads.map((candidate) => candidate.id),
    );
    return;
  }
  const { beadDetail, unrunDetail } = await import('../status-detail.ts');
  const detail: StatusDetail =
    recorded === undefined ? unrunDetail(place, id) : beadDetail(place, recorded.reader, recorded.run, bead);
  if (json) {
    console.stdout.write(jsonText({ ...document, beads: [{ ...bead, detail }] }));
    return;
  }
  const { beadLines } = await import('../status-bead-text.ts');
  print(console.stdout, beadLines({ bead, detail, run, beads, now: systemClock.now() }, console));
}
