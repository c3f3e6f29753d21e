/** The two answers to a message, each with its sentence for the person who asked. */
import type { Reply } from '../ports/journal.ts';

export const accepted = (sentence: string): Reply => ({ type: 'accepted', sentence });
export const refused = (sentence: string): Reply => ({ type: 'refused', sentence });
