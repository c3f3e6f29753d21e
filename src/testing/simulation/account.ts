/** A story in words: the plan, who came, what went wrong, and what the journal says of it. */
import type { Event } from '../../core/events.ts';
import type { Need, NodeSpec } from '../../core/plan.ts';
import type { Fault, Harm, Place } from './faults.ts';
import type { Simulation } from './simulation.ts';
import type { Story } from './stories.ts';
import type { Script, SimulatedTerminal } from './terminal.ts';

/** Long, and the same in every story. */
const LEFT_OUT = new Set(['report', 'limits', 'beads', 'proposal', 'output', 'planHash', 'seed']);

/** So many events are told, the last ones. */
const MOST_EVENTS = 40;

/** `simulation`: the story as it went. */
export function accountOf({ plan, drivers, company }: Story, simulation: Simulation): string {
  const { parallel, timeoutMs, agents } = plan;
  const limits = [`${parallel} at once`, `agent a takes ${agents['a'] ?? 'any'}`];
  if (timeoutMs !== undefined) limits.push(`the run has ${timeoutMs} ms`);
  const events = simulation.events();
  const from = events.find(({ at }) => at > 0)?.at ?? 0;
  return [
    `The plan (${limits.join(', ')}):`,
    ...plan.nodes.map((spec) => `  ${nodeInWords(spec)}`),
    'Its work:',
    ...[...simulation.world.began().keys()].map((key) => `  ${key}: ${fateInWords(simulation, key)}`),
    'Who was to come, one after the other:',
    ...drivers.map((script) => `  ${scriptInWords(script)}`),
    'and while others are there:',
    ...company.map((script) => `  ${scriptInWords(script)}`),
    'Who came:',
    ...simulation.terminals.map((terminal) => `  ${terminalInWords(terminal)}`),
    `The last events (${events.length} in all; ms since the first one):`,
    ...events
      .slice(-MOST_EVENTS)
      .map((event) => `  ${String(event.at - from).padStart(7)} ${eventInWords(event)}`),
  ].join('\n');
}

function nodeInWords(spec: NodeSpec): string {
  const needs = spec.needs.map(needInWords).join(' ');
  if (spec.kind === 'sync')
    return `${spec.id} after ${needs}; quorum ${spec.quorum}${spec.checks === true ? '; checks' : ''}`;
  const { join, policy, steps, agent, locks, condition, spawns } = spec;
  return [
    `${spec.id}${needs === '' ? '' : ` after ${join.type === 'any' ? 'any of ' : ''}${needs}`}`,
    steps.join(' '),
    `priority ${spec.priority}`,
    `${policy.retries} retries`,
    `on failure ${policy.onFailure}`,
    ...(policy.timeoutMs === undefined ? [] : [`${policy.timeoutMs} ms`]),
    `agent ${agent}`,
    ...locks.map((lock) => `lock ${lock}`),
    ...(condition === undefined ? [] : [`condition ${condition}`]),
    ...(spawns === undefined ? [] : ['adds beads']),
  ].join('; ');
}

const needInWords = ({ node, on }: Need): string => (on === 'succeeded' ? node : `${node}(${on})`);

function fateInWords({ world }: Simulation, key: Parameters<Simulation['world']['process']>[0]): string {
  const process = world.process(key);
  if (process === undefined) return 'never asked for';
  const { afterMs, end, startMs = 0, stopMs = 50 } = process.fate;
  const begin = startMs === 0 ? '' : `begins after ${startMs} ms, `;
  return `${begin}${end} after ${afterMs} ms, takes ${stopMs} ms to stop`;
}

function scriptInWords({ select, afterMs, waitMs, faults, isElsewhere, steals, isRerun }: Script): string {
  return [
    `at ${afterMs} ms: ${isRerun === true ? 'runs again ' : 'runs '}${typeof select === 'string' ? select : select.join(' ')}`,
    ...(waitMs === 0 ? [] : [`waits ${waitMs} ms`]),
    ...(isElsewhere === true ? ['on another machine'] : []),
    ...(steals === true ? ['with --steal'] : []),
    ...faults.map(faultInWords),
  ].join('; ');
}

const faultInWords = ({ place, harm }: Fault): string => `${placeInWords(place)} it ${harmInWords(harm)}`;

function placeInWords(place: Place): string {
  switch (place.at) {
    case 'write':
      return `${place.side} ${place.write} ${place.nth}`;
    case 'request':
      return `${place.side} asking for effect ${place.nth}`;
    case 'answer':
      return `at answer ${place.nth}`;
    case 'time':
      return `after ${place.ms} ms`;
  }
}

function harmInWords(harm: Harm): string {
  switch (harm.type) {
    case 'freezes':
      return `freezes for ${harm.forMs} ms, seems ${harm.seems}${harm.rival ? ', and a rival comes' : ''}`;
    case 'cannot-write':
      return `cannot write ${harm.times} times`;
    case 'loses-process':
      return `loses process ${harm.which}`;
    case 'clock-is-set':
      return `sees the clock set by ${harm.byMs} ms`;
    case 'dies':
    case 'reboots':
    case 'is-interrupted':
      return harm.type.replace('-', ' ');
  }
}

function terminalInWords({ pid, script, end, error, isDead }: SimulatedTerminal): string {
  const how = isDead
    ? 'died'
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : end === undefined
        ? 'is still there'
        : end.type === 'ended'
          ? `ended, the run is ${end.phase.phase}, its own beads ${end.standing}`
          : end.type;
  return `terminal ${pid} (${scriptInWords(script)}): ${how}`;
}

function eventInWords({ at: _, type, ...rest }: Event): string {
  const facts = Object.entries(rest).flatMap(([name, value]) => {
    if (value === undefined || LEFT_OUT.has(name)) return [];
    if (name === 'nodes' && Array.isArray(value))
      return [
        `nodes=${value.map((one: string | { id: string }) => (typeof one === 'string' ? one : one.id)).join(' ')}`,
      ];
    return [`${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`];
  });
  return [type, ...facts].join(' ');
}
