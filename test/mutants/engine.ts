/** Mistakes in the loop around the machine, and in how terminals share a run. */
import { inFile } from './mutant.ts';
import { CREW, DRIVER, JOINING, LEASE, OPENING, SELECTION, STAND_IN, SWEEPER, TERMINALS } from './suites.ts';

export const engine = [
  ...inFile(
    'src/engine/driver.ts',
    [DRIVER],
    [
      {
        name: 'act-before-append',
        stands: 'Commands are carried out before the events that ask for them are durable.',
        find: 'journal.append(epoch, store.run.run, events, projection, answered);',
        replace: 'this.#carryOut(); journal.append(epoch, store.run.run, events, projection, answered);',
      },
      {
        name: 'adopted-is-started',
        stands: 'Work that outlived its driver is started again.',
        find: "this.#inherited.delete(key) ? 'adopt' : 'start'",
        replace: "'start'",
      },
      {
        name: 'answered-outside',
        stands: 'A message is answered in another transaction than what it led to.',
        find: 'journal.append(epoch, store.run.run, events, projection, answered);',
        replace:
          'journal.append(epoch, store.run.run, events, projection); for (const { id, reply } of answered) journal.handled(epoch, id, reply);',
      },
      {
        name: 'stop-does-not-wait',
        stands: 'A bead goes on before its stopped process is gone.',
        find: 'return crew.perform(key, effect, beginning, store.node(effect.node).lastFailure, signal);',
        replace:
          "return Promise.race([crew.perform(key, effect, beginning, store.node(effect.node).lastFailure, signal), new Promise((resolve) => signal.addEventListener('abort', () => resolve({ type: 'step-stopped', effect })))]);",
      },
      {
        name: 'stopped-is-forgotten',
        stands: 'What is being stopped counts as gone, and is ended a second time.',
        find: 'for (const key of stop) this.#alive.get(key)?.controller.abort();',
        replace:
          'for (const key of stop) { this.#alive.get(key)?.controller.abort(); this.#alive.delete(key); }',
      },
      {
        name: 'unwanted-survivor',
        stands: 'Work that nobody wants and that outlived its driver goes on.',
        find: 'await Promise.all([...settle.values()].map((effect) => this.#parts.crew.settle(effect)))',
        replace: '[]',
      },
      {
        name: 'fenced-driver-kills',
        stands: 'A driver that was replaced stops the work of its successor.',
        find: 'if (!isFenced(error)) {',
        replace: 'if (true) {',
      },
      {
        name: 'failed-append-leaves-work',
        stands: 'A driver that cannot write any more leaves its work running.',
        find: 'for (const { controller } of this.#alive.values()) controller.abort();',
        replace: '',
      },
      {
        name: 'end-before-the-stop',
        stands: 'A driver that cannot write any more ends before its work is gone.',
        find: 'await Promise.all([...this.#alive.values()].map(({ answer }) => answer));',
        replace: '',
      },
      {
        name: 'handover-kills-work',
        stands: 'Work is stopped when another driver takes over.',
        find: "({ step }) => step !== 'work'",
        replace: '() => true',
      },
      {
        name: 'handover-in-a-stop',
        stands: 'A driver hands over in the middle of a stop.',
        find: 'if (!isEnding) void this.#handOver();',
        replace: 'void this.#handOver();',
      },
      {
        name: 'message-taken-twice',
        stands: 'A message that is read twice before it is answered takes effect twice.',
        find: ' || message.id <= this.#takenUpTo',
        replace: '',
      },
      {
        name: 'clock-set-back',
        stands: 'When the clock was set back between two drivers, delays and limits take so much longer.',
        find: 'Math.max(0, parts.store.run.lastAt - parts.clock.now())',
        replace: '0',
      },
      {
        name: 'nobody-wakes',
        stands: 'Nothing wakes the driver when a delay ends.',
        find: 'this.#arm();',
        replace: '',
      },
      {
        name: 'told-after-the-end',
        stands: 'What was told in the turn in which the run ended is lost.',
        find: "if (this.#inputs.length > 0 || phase.phase === 'aborting') return;",
        replace: "if (phase.phase === 'aborting') return;",
      },
      {
        name: 'people-not-waited-for',
        stands: 'A run that waits for a person comes to its end.',
        find: ' || store.people.size > 0) return true;',
        replace: ') return true;',
      },
      {
        name: 'unheard-before-the-survivors',
        stands: 'What is asked while survivors are being ended comes before the resume.',
        find: 'this.#inputs.unshift(input);',
        replace: 'this.#inputs.push(input);',
      },
    ],
  ),
  ...inFile(
    'src/engine/crew.ts',
    [CREW],
    [
      {
        name: 'bug-is-a-failure',
        stands: 'A bug of ours is taken for a failure of the work.',
        find: 'if (error instanceof Bug) throw error;\n      const message',
        replace: 'const message',
      },
      {
        name: 'adapter-error-escapes',
        stands: 'An error of an adapter ends the run.',
        find: "return { type: 'step-failed', effect, failure: { class: 'infrastructure', code: 'adapter', message } };",
        replace: 'throw error;',
      },
      {
        name: 'lost-is-failed',
        stands: 'Work that left no result counts as having failed.',
        find: "if (end === undefined) return { type: 'step-lost', effect };",
        replace:
          "if (end === undefined) return { type: 'step-failed', effect, failure: { class: 'task', code: 'lost', message: '' } };",
      },
      {
        name: 'verified-beside-leftovers',
        stands: 'Work is verified while what it left behind still runs.',
        find: 'await this.#parts.sweep();',
        replace: '',
      },
      {
        name: 'adoption-begins',
        stands: 'Adopting work begins it.',
        find: "beginning === 'start' ? 'work' : 'adopt'",
        replace: "'work'",
      },
    ],
  ),
  ...inFile(
    'src/engine/lead.ts',
    [TERMINALS],
    [
      {
        name: 'company-unseen',
        stands: 'A terminal that has only just asked is not seen by a driver that goes.',
        find: '// A terminal that has only just asked is company, too.\n    readInbox();',
        replace: '',
      },
      {
        name: 'release-ignores-inbox',
        stands: 'The lease goes back while a message waits.',
        find: "journal.release(epoch, 'inbox-empty')",
        replace: 'journal.release(epoch)',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'inbox-unread-at-the-start',
        stands: 'A message that came before the doorbell was heard waits for the next one.',
        find: '// A message may have come after the lease and before the doorbell was heard.\n  readInbox();',
        replace: '',
      },
      {
        name: 'own-wish-lost',
        stands: 'A terminal that takes over forgets what it wanted itself.',
        find: 'const joins = takesOver && ',
        replace: 'const joins = false && ',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'leftovers-of-the-dead',
        stands: 'What attempts of a dead driver left behind is not looked for.',
        find: 'if (hasDied && !opening.isNew) await sweepRun(parts, opening);',
        replace: '',
        tests: [LEASE],
      },
      {
        name: 'old-run-works-on',
        stands: 'Work of a run that is given up for a new one goes on beside it.',
        find: 'await abandonLatest(parts, request, epoch);',
        replace: '',
        tests: [LEASE],
      },
      {
        name: 'lease-kept',
        stands: 'A driver that goes to nothing keeps the lease.',
        find: 'releaseUnlessFenced(journal, epoch);\n  }',
        replace: '}',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'leaves-work-to-nobody',
        stands: 'A run that pauses while its driver goes leaves its work without one.',
        find: "if (interruption.aborted && run.phase === 'paused') halt();",
        replace: '',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'leaves-alone',
        stands: 'Ctrl-C leaves the work alive though nobody else wants anything.',
        find: "store.run.phase.phase !== 'active' || !inbox.hasCompany()",
        replace: 'false',
      },
    ],
  ),
  ...inFile(
    'src/engine/join.ts',
    [TERMINALS],
    [
      {
        name: 'wish-not-repeated',
        stands: 'A follower forgets to tell its wish to a new driver.',
        find: 'if (this.#told?.epoch !== driven.epoch)',
        replace: 'if (this.#told === undefined)',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'goes-without-answer',
        stands: 'A terminal goes before the driver knows that it does.',
        find: 'return reply !== undefined;',
        replace: 'return true;',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'same-key-twice',
        stands: 'Two messages have the same key, so the second one is lost.',
        find: 'this.#messages += 1;',
        replace: '',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'always-new',
        stands: 'A wish is new for every driver, so what failed is tried again at every take-over.',
        find: 'if (this.#wasTaken) wish.isNew = false;',
        replace: '',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'refusal-unheard',
        stands: 'A terminal whose wish was refused waits for ever.',
        find: "if (reply?.type === 'refused') return { type: 'refused', lease: driven, why: reply.sentence };",
        replace: '',
      },
      {
        name: 'ends-while-cancelling',
        stands: 'A follower answers before a cancelled run has come to its end.',
        find: " && phase.phase !== 'aborting')",
        replace: ')',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'vacancy-unseen',
        stands: 'A follower never takes over.',
        find: "if (driven === undefined) return { type: 'vacant' };",
        replace: 'if (driven === undefined) return undefined;',
      },
    ],
  ),
  ...inFile(
    'src/engine/session.ts',
    [TERMINALS],
    [
      {
        name: 'left-to-nobody',
        stands: 'A driver goes though those who should go on with its work are gone, too.',
        find: 'if (!terminals.hasCompany(store)) return false;',
        replace: 'if (!terminals.hasCompany(store)) return true;',
      },
      {
        name: 'take-over-as-new',
        stands: 'A terminal that takes over behaves as if it had just been started.',
        find: "if (end.type !== 'vacant') return end;\n    takesOver = true;",
        replace: "if (end.type !== 'vacant') return end;",
      },
    ],
  ),
  ...inFile(
    'src/engine/inbox.ts',
    [TERMINALS],
    [
      {
        name: 'other-plan-joins',
        stands: 'A terminal with another plan joins the run.',
        find: 'if (wanted.planHash !== header.planHash) return no(OTHER_PLAN);',
        replace: '',
      },
      {
        name: 'other-formula-joins',
        stands: 'A terminal with another formula joins the run.',
        find: 'if (wanted.formulaFile !== header.formulaFile)',
        replace: 'if (false)',
      },
      {
        name: 'the-dead-join',
        stands: 'A terminal that is gone joins the run, and nobody takes back what it wanted.',
        find: "if (!terminals.isAlive(wanted.terminal)) return no('the terminal that asked is gone');",
        replace: '',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'lost-requirement-stays',
        stands: 'A bead that somebody asks for is skipped because what it requires failed before.',
        find: '...lostRequirements(store, selection).map(retry),',
        replace: '',
        tests: [TERMINALS, JOINING],
      },
      {
        name: 'unknown-bead-joins',
        stands: 'A wish for a bead that does not exist ends the driver.',
        find: 'if (unknown !== undefined) return no',
        replace: 'if (false) return no',
      },
    ],
  ),
  ...inFile(
    'src/engine/credits.ts',
    [OPENING],
    [
      {
        name: 'changed-bead-credited',
        stands: 'Work is credited though its bead has changed.',
        find: ' || before.spec.key !== bead.key',
        replace: '',
      },
      {
        name: 'credit-on-sand',
        stands: 'Work is credited though what it stands on has changed.',
        find: 'if (!isReady) return false;',
        replace: '',
      },
      {
        name: 'credit-without-artifacts',
        stands: 'Work is credited though its artifacts are gone.',
        find: '(bead.forEach !== undefined || this.#isStillThere(bead))',
        replace: 'true',
      },
      {
        name: 'rerun-credited',
        stands: 'What is to be run again is credited.',
        find: 'if (!this.#again.has(id)) this.#take',
        replace: 'this.#take',
      },
      {
        name: 'unfinished-credited',
        stands: 'A bead is credited whose work is not done.',
        find: "before.phase.phase !== 'done' || !isThere || !areChildrenDone",
        replace: '!areChildrenDone',
      },
      {
        name: 'credit-in-spite-of-children',
        stands: 'A bead is credited though beads that it added are not.',
        find: ' || !areChildrenDone) return false;',
        replace: ') return false;',
        tests: [OPENING],
      },
      {
        name: 'credit-without-output',
        stands: 'A credited bead has lost what it left for others.',
        find: "return { node: spec.id, how: 'earlier-run', run, ...(output === undefined ? {} : { output }) };",
        replace: "return { node: spec.id, how: 'earlier-run', run };",
      },
      {
        name: 'half-of-the-children',
        stands: 'Added beads are taken over though one requires what does not exist any more.',
        find: 'const isWhole = nodes.every(({ needs }) => needs.every(({ node }) => names.has(node)));',
        replace: 'const isWhole = true;',
      },
    ],
  ),
  ...inFile(
    'src/engine/opening.ts',
    [OPENING],
    [
      {
        name: 'changed-plan-goes-on',
        stands: 'A changed plan goes on with the run of the old one.',
        find: 'latest.planHash === plan.hash && ',
        replace: '',
      },
      {
        name: 'take-over-retries',
        stands: 'A take-over gives what failed new attempts.',
        find: "phase.phase === 'paused' ? 'failed' : []",
        replace: "'failed'",
        tests: [TERMINALS],
      },
      {
        name: 'take-over-revives',
        stands: 'A take-over revives a run that was being cancelled.',
        find: "if (phase.phase === 'aborting' || isCancelled) return { type: 'tick' };",
        replace: '',
        tests: [TERMINALS],
      },
      {
        name: 'requirement-unseen',
        stands: 'A selection begins without what it requires.',
        find: '!isMet(need) && !selected.has(need)',
        replace: 'false',
      },
      {
        name: 'one-requirement-deep',
        stands: 'A selection takes along only its direct requirements.',
        find: 'pending.push(...(beads.get(id)?.requires ?? []));',
        replace: 'if (select.includes(id)) pending.push(...(beads.get(id)?.requires ?? []));',
      },
    ],
  ),
  ...inFile(
    'src/engine/terminals.ts',
    [TERMINALS],
    [
      {
        name: 'own-company',
        stands: 'A terminal takes itself for company.',
        find: 'name !== this.own && ',
        replace: '',
      },
      {
        name: 'stranger-in-its-place',
        stands: 'A terminal is believed to live because another process has its number.',
        find: 'isAlive({ ...self, pid: Number(pid), startTime })',
        replace: 'isAlive({ ...self, pid: Number(pid), startTime: `at ${pid}` })',
        tests: [LEASE],
      },
    ],
  ),
  ...inFile(
    'src/engine/vigil.ts',
    [TERMINALS],
    [
      {
        name: 'waits-for-the-dead',
        stands: 'A run waits for ever on behalf of a terminal that is gone.',
        find: 'if (!terminals.isAlive(terminal)) tell',
        replace: 'if (false) tell',
      },
      {
        name: 'looks-once',
        stands: 'Nobody looks again while a bead waits for what nobody asks for.',
        find: 'if (this.#look()) this.ask();',
        replace: 'this.#look();',
      },
    ],
  ),
  ...inFile(
    'src/engine/wish.ts',
    [TERMINALS],
    [
      {
        name: 'patience-never-ends',
        stands: 'Beads wait for ever for what nobody asks for.',
        find: "if (now - this.#waitsSince < waitMs) return 'waits';",
        replace: "return 'waits';",
      },
      {
        name: 'patience-from-the-start',
        stands: 'The wait is counted from the first look on, though meanwhile there was nothing to wait for.',
        find: 'this.#waitsSince = undefined;',
        replace: '',
      },
    ],
  ),
  ...inFile(
    'src/engine/selection.ts',
    [TERMINALS],
    [
      {
        name: 'waits-for-the-hopeless',
        stands: 'A bead waits for one that itself waits for what nobody asks for.',
        find: '!source.selected || unmet.has(id)',
        replace: '!source.selected',
      },
      {
        name: 'unhandled-is-done',
        stands: 'A selection is done though a failure of it was left to a branch that was left out.',
        find: ' || isUnhandled(store, node)',
        replace: '',
        tests: [SELECTION],
      },
      {
        name: 'any-needs-all',
        stands: 'A bead that needs any of its requirements is given up because one is missing.',
        find: "case 'any':\n      return 1;",
        replace: "case 'any':\n      return met + excused + open + broken + barred;",
        tests: [SELECTION],
      },
    ],
  ),
  ...inFile(
    'src/engine/sweeper.ts',
    [SWEEPER],
    [
      {
        name: 'sweep-not-waited-for',
        stands: 'A session ends before what was left behind is gone.',
        find: 'await this.#sweeping;',
        replace: '',
      },
      {
        name: 'sweeps-at-once',
        stands: 'Two sweeps look at the same processes.',
        find: 'this.#sweeping = this.#sweeping.then(async () => {',
        replace: 'this.#sweeping = Promise.resolve().then(async () => {',
      },
      {
        name: 'sweep-for-each',
        stands: 'Every end of a step sweeps all processes of the machine.',
        find: 'this.#timer ??= clock.after',
        replace: 'this.#timer = clock.after',
      },
    ],
  ),
  ...inFile(
    'src/engine/lease.ts',
    [LEASE],
    [
      {
        name: 'take-over-of-the-living',
        stands: 'The lease of a driver that lives is taken.',
        find: 'steal : !isAlive(holder)',
        replace: 'steal : true',
      },
      {
        name: 'judged-from-elsewhere',
        stands: 'A driver on another machine is judged by its process number here.',
        find: 'isElsewhere(holder) ? steal : !isAlive(holder)',
        replace: '!isAlive(holder)',
      },
      {
        name: 'never-stolen',
        stands: 'A lease that a person says is dead stays with its holder elsewhere.',
        find: 'isElsewhere(holder) ? steal :',
        replace: 'isElsewhere(holder) ? false :',
      },
      {
        name: 'other-boot-is-elsewhere',
        stands: 'After a reboot of a container nobody can drive, because the namespace has another number.',
        find: 'holder.bootId === self.bootId && ',
        replace: '',
      },
    ],
  ),
  ...inFile(
    'src/engine/stand-in.ts',
    [STAND_IN],
    [
      {
        name: 'started-by-nobody',
        stands: 'An approval starts work though nobody drives.',
        find: 'const mustPause = answer.input !== undefined && wouldStart(store, answer.input);',
        replace: 'const mustPause = false;',
      },
      {
        name: 'stands-in-for-the-living',
        stands: 'A run is paused under the terminal that follows it and would drive it.',
        find: 'if (new Terminals({ self, isAlive }).hasCompany(store)) return false;',
        replace: '',
      },
      {
        name: 'cancelled-by-name',
        stands: 'Cancelling a run that nobody drives leaves its work alive.',
        find: 'await settle(run, id, attempt, step);',
        replace: '',
      },
    ],
  ),
];
