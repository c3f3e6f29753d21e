import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);
const LENGTH = 32;

/** Hashes a password with a fresh salt; both are hexadecimal. */
export async function hashPassword(password) {
  const salt = randomBytes(16).toString('hex');
  return { salt, passwordHash: (await derive(password, salt, LENGTH)).toString('hex') };
}

/** Compares in constant time. */
export async function verifyPassword(password, { salt, passwordHash }) {
  return timingSafeEqual(await derive(password, salt, LENGTH), Buffer.from(passwordHash, 'hex'));
}

/** A token to hand out once; only its hash is kept. */
export const newToken = () => randomBytes(32).toString('base64url');
export const hashToken = (token) => createHash('sha256').update(token).digest('hex');
