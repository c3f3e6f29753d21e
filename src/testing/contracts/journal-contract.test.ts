import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../journal/open.ts';
import { MemoryDisk, MemoryJournal } from '../memory-journal.ts';
import { journalContract } from './journal-contract.ts';

journalContract('the journal in memory', () => {
  const disk = new MemoryDisk();
  return { open: () => new MemoryJournal(disk), dispose: () => undefined };
});

journalContract('the SQLite journal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gastown-journal-'));
  return {
    open: () => openJournal(join(folder, '.gastown', 'state')),
    dispose: () => rmSync(folder, { recursive: true }),
  };
});
