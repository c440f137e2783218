/**
 * What package managers need of a release, with the checksums of its archives. Nobody has installed with
 * them yet: neither Homebrew nor Scoop was available where this was written.
 *
 * @param {string} version
 * @param {string} url  the directory that the archives can be downloaded from, without a slash at its end
 * @param {ReadonlyMap<string, string>} sums  SHA-256 by the name of the archive
 */
export function formulaOf(version, url, sums) {
  const source = (archive) => `url "${url}/${archive}"\n      sha256 "${sums.get(archive)}"`;
  return `class Revento < Formula
  desc "Developer tool for Revento, with a sandbox built in"
  homepage "https://revento.example"
  version "${version}"
  license "MIT"

  on_macos do
    on_arm do
      ${source('revento-darwin-arm64.tar.gz')}
    end
  end
  on_linux do
    on_intel do
      ${source('revento-linux-x64.tar.gz')}
    end
    on_arm do
      ${source('revento-linux-arm64.tar.gz')}
    end
  end

  def install
    libexec.install "revento", "revento-keyring.node"
    bin.install_symlink libexec/"revento"
    man1.install Dir["man/*.1"]
    generate_completions_from_executable(bin/"revento", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/revento --version")
  end
end
`;
}

/** For Scoop, on Windows. */
export function scoopManifestOf(version, url, sums) {
  const archive = 'revento-windows-x64.zip';
  const manifest = {
    version,
    description: 'Developer tool for Revento, with a sandbox built in',
    homepage: 'https://revento.example',
    license: 'MIT',
    architecture: { '64bit': { url: `${url}/${archive}`, hash: sums.get(archive) } },
    extract_dir: 'revento-windows-x64',
    bin: 'revento.exe',
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
