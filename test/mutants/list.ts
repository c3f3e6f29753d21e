/** All mutants, room by room. */
import { engine } from './engine.ts';
import { journal } from './journal.ts';
import { machine } from './machine.ts';
import type { Mutant } from './mutant.ts';
import { os } from './os.ts';
import { plan } from './plan.ts';
import { rules } from './rules.ts';

export const mutants: readonly Mutant[] = [...machine, ...rules, ...engine, ...journal, ...os, ...plan];
