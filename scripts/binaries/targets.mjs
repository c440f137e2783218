/** The runtime inside: Bun, from npm, at one version. */
export const bunVersion = '1.4.5';

/**
 * Where the one file runs. `bun` is the npm package of the runtime, with the SHA-512 of its tarball; the x64 ones run on
 * processors without AVX2 too. macOS on x64 is missing: Bun's signature of such a file is invalid when it is made on Linux.
 */
export const targets = [
  {
    name: 'linux-x64',
    target: 'bun-linux-x64-baseline',
    bun: '@oven/bun-linux-x64-baseline',
    integrity: 'sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==',
    keyring: '@napi-rs/keyring-linux-x64-gnu',
  },
  {
    name: 'linux-x64-musl',
    target: 'bun-linux-x64-musl-baseline',
    bun: '@oven/bun-linux-x64-musl-baseline',
    integrity: 'sha512-cWJhU8h0+MiUgpSt99sQhjxLIIosKEcKYdtKddohokUvAuN6jKOy7g7+QDTZTXtwHxz93wL3BX+L6wXVPDUH3A==',
    keyring: '@napi-rs/keyring-linux-x64-musl',
  },
  {
    name: 'linux-arm64',
    target: 'bun-linux-arm64',
    bun: '@oven/bun-linux-aarch64',
    integrity: 'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
    keyring: '@napi-rs/keyring-linux-arm64-gnu',
  },
  {
    name: 'darwin-arm64',
    target: 'bun-darwin-arm64',
    bun: '@oven/bun-darwin-aarch64',
    integrity: 'sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==',
    keyring: '@napi-rs/keyring-darwin-arm64',
  },
  {
    name: 'windows-x64',
    target: 'bun-windows-x64-baseline',
    bun: '@oven/bun-windows-x64-baseline',
    integrity: 'sha512-/U3Dc74uGqE6EUqef7mPtg9KwJs7iJH4JHRMfIZIn18MrJh6Xz4gVvWDXRvzCL2j8wPlTnJVyrO4n7Qq4uM7TQ==',
    keyring: '@napi-rs/keyring-win32-x64-msvc',
  },
];
