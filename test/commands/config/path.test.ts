import { describe, expect, it } from 'vitest';
import { configPath } from '../../../src/commands/config/path.ts';
import { memory, run } from '../../support/commands/deps.ts';

describe('config path', () => {
  it('prints the path of the file', async () => {
    const { text, data } = await run(configPath, {}, memory());
    expect(text).toBe('/config/config.json');
    expect(data).toEqual([{ path: '/config/config.json', config_dir: '/config', data_dir: '/data' }]);
  });
});
