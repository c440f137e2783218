import { describe, expect, it } from 'vitest';
import { type Machine, resolvePaths } from '../../../src/platform/files/paths.ts';

const linux: Machine = { platform: 'linux', env: {}, home: '/home/ada', cwd: () => '/work' };
const mac: Machine = { platform: 'darwin', env: {}, home: '/Users/ada', cwd: () => '/work' };
const windows: Machine = {
  platform: 'win32',
  env: { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming', LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' },
  home: 'C:\\Users\\ada',
  cwd: () => 'C:\\work',
};

describe('where settings and key live', () => {
  it.each([
    ['Linux', linux, '/home/ada/.config/revento', '/home/ada/.local/share/revento'],
    ['macOS', mac, '/Users/ada/Library/Preferences/revento', '/Users/ada/Library/Application Support/revento'],
    [
      'Windows',
      windows,
      'C:\\Users\\ada\\AppData\\Roaming\\revento\\Config',
      'C:\\Users\\ada\\AppData\\Local\\revento\\Data',
    ],
    [
      'Windows without its variables',
      { ...windows, env: {} },
      'C:\\Users\\ada\\AppData\\Roaming\\revento\\Config',
      'C:\\Users\\ada\\AppData\\Local\\revento\\Data',
    ],
    [
      'FreeBSD',
      { ...linux, platform: 'freebsd' as const },
      '/home/ada/.config/revento',
      '/home/ada/.local/share/revento',
    ],
  ])('%s', (_, machine, configDir, dataDir) => {
    expect(resolvePaths(machine)).toEqual({ configDir, dataDir, isMoved: false });
  });

  it('follows the XDG directories on Linux', () => {
    const env = { XDG_CONFIG_HOME: '/etc/ada', XDG_DATA_HOME: '/var/ada' };
    expect(resolvePaths({ ...linux, env })).toEqual({
      configDir: '/etc/ada/revento',
      dataDir: '/var/ada/revento',
      isMoved: false,
    });
  });

  it.each([linux, mac])('puts nothing into the working directory for want of a home: %j', (machine) => {
    expect(resolvePaths({ ...machine, home: '' }).configDir).toMatch(/^\/dev\/null\/revento\//);
    expect(resolvePaths({ ...machine, home: '', env: { REVENTO_CONFIG_DIR: '/ci' } }).configDir).toBe('/ci');
  });

  it('needs no home where both places are named', () => {
    const env = { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d' };
    expect(resolvePaths({ ...linux, home: '', env })).toMatchObject({ configDir: '/c/revento', dataDir: '/d/revento' });
  });

  it.each(['', 'relative/dir'])('takes an XDG directory of %j as unset', (value) => {
    const env = { XDG_CONFIG_HOME: value, XDG_DATA_HOME: value };
    expect(resolvePaths({ ...linux, env })).toEqual(resolvePaths(linux));
  });

  it('ignores the XDG directories on macOS', () => {
    expect(resolvePaths({ ...mac, env: { XDG_CONFIG_HOME: '/x' } })).toEqual(resolvePaths(mac));
  });

  it.each([
    ['Linux', linux, '/vol/ci', '/vol/ci', '/vol/ci/data'],
    ['macOS', mac, '/vol/ci/', '/vol/ci', '/vol/ci/data'],
    ['Windows', windows, 'D:\\ci', 'D:\\ci', 'D:\\ci\\data'],
    ['a relative directory', linux, 'ci', '/work/ci', '/work/ci/data'],
  ])('REVENTO_CONFIG_DIR moves both: %s', (_, machine, value, configDir, dataDir) => {
    const env = { ...machine.env, REVENTO_CONFIG_DIR: value, XDG_CONFIG_HOME: '/x' };
    expect(resolvePaths({ ...machine, env })).toEqual({ configDir, dataDir, isMoved: true });
  });

  it('takes an empty REVENTO_CONFIG_DIR as unset', () => {
    expect(resolvePaths({ ...linux, env: { REVENTO_CONFIG_DIR: '' } })).toEqual(resolvePaths(linux));
  });

  it.each([
    ['Linux', linux],
    ['macOS', mac],
    ['Windows', windows],
    ['moved', { ...linux, env: { REVENTO_CONFIG_DIR: '/vol' } }],
  ])('never keeps the key among the sealed files: %s', (_, machine) => {
    const { configDir, dataDir } = resolvePaths(machine);
    const separator = machine.platform === 'win32' ? '\\' : '/';
    expect(`${dataDir}${separator}`.startsWith(`${configDir}${separator}auth${separator}`)).toBe(false);
    expect(dataDir).not.toBe(configDir);
  });
});
