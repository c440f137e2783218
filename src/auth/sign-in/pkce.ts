import { createHash, randomBytes } from 'node:crypto';

/** The only method: `plain` would reveal the verifier in the authorization URL. */
export const challengeMethod = 'S256';

/**
 * A fresh code verifier: 32 random bytes as 43 characters of base64url without padding.
 *
 * Source: RFC 7636 section 4.1; guide, PKCE.
 */
export function createVerifier(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The S256 code challenge of a verifier.
 *
 * @param verifier ASCII text
 * @returns base64url without padding of its SHA-256, 43 characters
 * @example challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
 *   // 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
 *
 * Source: RFC 7636 section 4.2 and appendix B.
 */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}

/**
 * Whether a text may be a code verifier: 43 to 128 unreserved characters.
 *
 * Source: RFC 7636 section 4.1.
 */
export function isVerifier(text: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(text);
}
