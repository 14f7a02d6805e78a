/** What the package promises: pinned dependencies, no addresses, scripts that set themselves up, models that are complete. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly scripts: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
};

describe('package', () => {
  test('versions are exact, and the lockfile names no registry', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-\d+)?$/.test(version))).toEqual([]);
    expect(/"resolved":/.test(read('package-lock.json'))).toBe(false);
  });

  test('no dependency runs a script when it is installed', () => {
    expect(Object.values(manifest.allowScripts).some(Boolean)).toBe(false);
    expect(manifest.allowScripts['onnxruntime-node']).toBe(false);
  });

  test("the README's two commands exist and set themselves up", () => {
    expect(read('README.md')).toMatch(/npm run demo[\s\S]*npm test/);
    expect(manifest.scripts.test).toContain('scripts/setup.mjs');
    expect(read('scripts/demo.mjs')).toContain("import './setup.mjs'");
    expect(existsSync(join(root, '.ci/run'))).toBe(true);
    expect(statSync(join(root, '.ci/run')).mode & 0o111).not.toBe(0);
  });

  test('everything imported is a declared dependency', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const imported = new Set<string>();
    for (const name of files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))) {
      const text = read(join('src', name));
      const found = [
        ...text.matchAll(/ from '([^'.][^']*)';$/gm),
        ...text.matchAll(/import\('([^'.][^']*)'\)/g),
      ];
      for (const [, path] of found) {
        const parts = path!.split('/').slice(0, path!.startsWith('@') ? 2 : 1);
        if (!path!.startsWith('node:')) imported.add(parts.join('/'));
      }
    }
    expect(imported.size).toBeGreaterThan(8);
    imported.delete('vitest'); // test notation helpers
    expect([...imported].filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });
});

describe('shipped models', () => {
  const names = readdirSync(join(root, 'models'));

  test('there are two, the default among them', () => {
    expect(names.sort()).toEqual(['guidelines-ru', 'guidelines-ru-keywords']);
  });

  for (const name of names) {
    test(`${name} is complete, and at most 15 MB`, () => {
      const files = readdirSync(join(root, 'models', name));
      expect(files.sort()).toEqual([
        'README.md',
        'config.json',
        ...(name === 'guidelines-ru' ? ['glossary.json'] : []),
        'labels.json',
        'metrics.json',
        'model.safetensors',
      ]);
      const bytes = files.reduce((sum, file) => sum + statSync(join(root, 'models', name, file)).size, 0);
      expect(bytes).toBeLessThanOrEqual(15_000_000);
    });
  }
});
