import { hash } from 'node:crypto';

/** The first 128 bits of SHA-256, in hexadecimal. */
export const contentHash = (text: string): string => hash('sha256', text, 'hex').slice(0, 32);
