/** Every reader of outside text, each alone. Whatever it is given, it answers: nothing is thrown, no place lies outside. */
import { describe, expect, it } from 'vitest';
import { readOutput } from '../../src/agents/output.ts';
import { nodeId } from '../../src/core/ids.ts';
import { Collector } from '../../src/diagnostic/collector.ts';
import { neutralise } from '../../src/diagnostic/neutralise.ts';
import { readSelect, readWithdraw } from '../../src/engine/join-message.ts';
import { readMessage } from '../../src/engine/message.ts';
import { decodeEvents, UndecodableEvent } from '../../src/journal/codec.ts';
import { parseRecord } from '../../src/os/shell-record.ts';
import { planAdditions } from '../../src/plan/additions/additions.ts';
import { evaluateCondition, evaluateList } from '../../src/plan/expressions/evaluate.ts';
import { Outline } from '../../src/plan/headings.ts';
import { loadPlan } from '../../src/plan/load.ts';
import { loadSettings } from '../../src/plan/settings-load.ts';
import { Source } from '../../src/plan/toml/source.ts';
import { readToml } from '../../src/plan/toml/toml.ts';
import { loadUserSettings } from '../../src/plan/user-settings.ts';
import { readPattern } from '../../src/plan/variables/pattern.ts';
import { matchesName, parseGlob } from '../../src/verify/glob.ts';
import { hunt, PATIENCE_MS } from './hunt.ts';
import { json, jsonValue } from './json.ts';
import { markdown } from './markdown.ts';
import { changed } from './mutations.ts';
import { inMemory, project, schemaOf } from './project.ts';
import { type Tape, tapes } from './tape.ts';
import { tomlFile } from './toml.ts';
import { judge, judgeText } from './verdict.ts';
import { hostile, word } from './words.ts';

const KINDS = ['formula', 'bead', 'library', 'gastown', 'rig', 'config'] as const;

function load(files: Readonly<Record<string, string>>, strict: boolean): ReturnType<typeof loadPlan> {
  const reader = inMemory(files);
  const { settings, diagnostics, sources } = loadSettings(reader, { strict });
  judge(diagnostics, sources);
  return loadPlan({ formulaFile: 'formula.toml', files: reader, settings, hash: (text) => text, strict });
}

describe('files', () => {
  it('TOML of every kind is read, or its errors lie in it', { timeout: PATIENCE_MS }, () => {
    hunt(3000, tapes(200), (tape) => {
      const text = changed(tomlFile(schemaOf(tape.one(KINDS)), tape), '[bead]\nid = "a"\n', tape);
      const source = new Source('f.toml', text);
      const collector = new Collector();
      const root = readToml(source, collector);
      judge(collector.diagnostics, new Map([['f.toml', text]]));
      if (root === undefined && !collector.hasErrors)
        throw new Error('nothing was read, and nobody said why');
    });
  });

  it('a project gives a plan or an error, and every place lies in its file', { timeout: PATIENCE_MS }, () => {
    hunt(2000, tapes(400), (tape) => {
      const { plan, draft, diagnostics, sources } = load(project(tape), tape.rarely(4));
      judge(diagnostics, sources);
      const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
      if ((plan === undefined) !== hasErrors) throw new Error('a plan with errors, or none without');
      if (draft.beads.some(({ id }) => id.includes('/'))) throw new Error('an id that is a path');
      if (plan !== undefined) JSON.stringify(plan);
    });
  });

  it('the user configuration', { timeout: PATIENCE_MS }, () => {
    hunt(1500, tapes(100), (tape) => {
      const text = changed(tomlFile(schemaOf('config'), tape), '', tape);
      judge(loadUserSettings('config.toml', text).diagnostics, new Map([['config.toml', text]]));
    });
  });

  it('context documents give headings in their lines, each below the one above', {
    timeout: PATIENCE_MS,
  }, () => {
    hunt(3000, tapes(200), (tape) => {
      const text = changed(markdown(tape), '# x\n', tape);
      const lines = text.split('\n').length;
      const outline = new Outline(text);
      for (const { lines: range, parent, depth } of outline.headings) {
        if (range.from < 1 || range.to < range.from || range.to > lines)
          throw new Error(`a section from ${range.from} to ${range.to} of ${lines} lines`);
        if (parent !== undefined && (parent.depth >= depth || parent.lines.to < range.to))
          throw new Error('a section that leaves the one above');
      }
      outline.find(word('from_spec', tape));
    });
  });

  it('descriptions of beads to add', { timeout: PATIENCE_MS }, () => {
    const { plan, settings, files } = grown();
    const [parent] = plan.beads;
    const [node] = plan.nodes;
    if (parent === undefined || node?.kind !== 'bead') throw new Error('there is a bead');
    hunt(1500, tapes(200), (tape) => {
      const texts = Array.from({ length: 1 + tape.below(3) }, (_, at) => ({
        name: `${at}.toml`,
        path: `/spawn/${at}.toml`,
        text: changed(tomlFile(schemaOf('bead'), tape), '[bead]\nid = "a"\n', tape),
      }));
      const mayRun = tape.rarely(2);
      const find = (id: string) => plan.beads.find((bead) => bead.id === id);
      const { formula } = plan;
      const request = { parent, node, files: texts, find, formula, settings, mayRun };
      const addition = planAdditions({ ...request, hash: (text) => text, documents: inMemory(files) });
      if (addition.type === 'refused') judge(addition.diagnostics, addition.sources);
      else if (addition.proposal.nodes.some(({ id }) => !/^a\/[A-Za-z0-9][\w.-]*$/.test(id)))
        throw new Error('an id that is not below the bead that adds it');
      else if (
        !mayRun &&
        addition.proposal.beads.some(({ run, checks }) => run !== undefined || checks.length > 0)
      )
        throw new Error('a command that nobody approved');
    });
  });
});

/** A project in which the bead `a` may add others. */
function grown() {
  const files = {
    'formula.toml': '[formula]\nname = "f"\ntype = "expansion"\n[formula.context]\nspec = "spec.md"\n',
    'gastown.toml': '[agents.m]\ncommand = ["m"]\n',
    'spec.md': '# Spec\n\n## Pets\n\nText.\n',
    'beads/a.toml': '[bead]\nid = "a"\n',
    'beads/b.toml': '[bead]\nid = "b"\n',
  };
  const { plan } = load(files, true);
  if (plan === undefined) throw new Error('the plan is right');
  return { plan, files, settings: loadSettings(inMemory(files), { strict: true }).settings };
}

describe('texts', () => {
  it('expressions give a value or a sentence', { timeout: PATIENCE_MS }, () => {
    hunt(3000, tapes(60), (tape) => {
      const text = changed(word('when', tape), word('when', tape), tape);
      const facts = {
        beads: { a: { outcome: 'done', outputs: jsonValue(tape, 6), artifacts: [hostile(tape)] } },
        vars: { v: hostile(tape) },
        env: { HOME: hostile(tape) },
        exists: () => tape.rarely(2),
      };
      for (const evaluate of [evaluateCondition, evaluateList]) {
        const found = evaluate(text, facts as never);
        if (found.type === 'error') judgeText(neutralise(found.message));
      }
    });
  });

  it('patterns match or are refused', { timeout: PATIENCE_MS }, () => {
    hunt(1000, tapes(40), (tape) => {
      const pattern = changed(word('pattern', tape), word('pattern', tape), tape).slice(0, 300);
      const read = readPattern(pattern);
      if (typeof read === 'function') read('a'.repeat(tape.below(200)) + hostile(tape));
    });
  });

  it('globs match or are refused', { timeout: PATIENCE_MS }, () => {
    hunt(2500, tapes(40), (tape) => {
      const glob = changed(word('artifacts', tape), word('artifacts', tape), tape).slice(0, 2000);
      for (const segments of parseGlob(glob) ?? [])
        for (const segment of segments) {
          if (segment.type === 'name' && (segment.name === '..' || segment.name.includes('/')))
            throw new Error('a pattern that leaves its folder');
          matchesName(segment, 'a'.repeat(tape.below(100)));
        }
    });
  });
});

describe('what programs leave', () => {
  it('outputs are objects of bounded depth, or refused', { timeout: PATIENCE_MS }, () => {
    hunt(2500, tapes(80), (tape) => {
      const read = readOutput(changed(json(tape), json(tape), tape), (text) => text);
      if (read.type === 'problem') judgeText(neutralise(read.why));
      else if (Object.getPrototypeOf(read.output) !== Object.prototype)
        throw new Error('a prototype of its own');
    });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('messages ask for something or for nothing', { timeout: PATIENCE_MS }, () => {
    const types = ['stop', 'request', 'select', 'withdraw', 'x', '__proto__'];
    hunt(4000, tapes(60), (tape) => {
      const message = {
        id: tape.below(9),
        type: tape.one(types),
        body: tape.rarely(3) ? jsonValue(tape, 5) : request(tape),
        from: hostile(tape),
        at: tape.below(1000),
      };
      const asked = readMessage(message);
      if (asked.type === 'nothing') judgeText(neutralise(asked.why));
      if (asked.type === 'addition' && asked.addition.files.some(({ text }) => typeof text !== 'string'))
        throw new Error('a description that is no text');
      const selected = readSelect(message);
      if (selected !== undefined && selected.selection !== 'all' && !Array.isArray(selected.selection))
        throw new Error('a selection that is no list');
      readWithdraw(message);
    });
  });

  it('records of commands say one of a few things', { timeout: PATIENCE_MS }, () => {
    hunt(1500, tapes(40), (tape) => {
      const whole = 'B token\nI host boot ns 42 7\nE 0\nS\n';
      const state = parseRecord(changed(whole, whole, tape));
      if (state.phase === 'ended' && !(state.status >= 0 && state.status <= 999))
        throw new Error('no status');
    });
  });

  it('stored events are events, newer, or damaged', { timeout: PATIENCE_MS }, () => {
    hunt(2500, tapes(60), (tape) => {
      const whole = `[1,{"type":"run-paused","at":1,"reason":{"type":"timeout"}}]`;
      const texts = tape.rarely(2) ? changed(whole, whole, tape) : `[${tape.below(3)},${json(tape)}]`;
      try {
        for (const { type } of decodeEvents(texts)) if (typeof type !== 'string') throw new Error('no type');
      } catch (error) {
        if (!(error instanceof UndecodableEvent)) throw error;
        judgeText(neutralise(error.message));
      }
    });
  });
});

const request = (tape: Tape): unknown => ({
  type: tape.one(['approve', 'reject', 'answer', 'retry', 'skip', 'pause', 'unpause', 'cancel', 'add', 'x']),
  node: tape.rarely(4) ? jsonValue(tape, 2) : nodeId('a'),
  reason: tape.rarely(4) ? jsonValue(tape, 2) : 'no',
  answer: tape.rarely(4) ? jsonValue(tape, 2) : 'yes',
  ...(tape.rarely(3) ? { run: jsonValue(tape, 2) } : {}),
  files: tape.rarely(2) ? jsonValue(tape, 4) : [{ name: 'a', text: tape.rarely(2) ? hostile(tape) : 1 }],
  terminal: tape.rarely(2) ? 't' : jsonValue(tape, 2),
  selection: tape.rarely(2) ? 'all' : jsonValue(tape, 3),
  isNew: tape.rarely(2),
  formulaFile: 'f',
  planHash: 'h',
});
