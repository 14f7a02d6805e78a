/** Chooses the engine: the page that works alone carries its own, the other one asks the service. */
import { createServerEngine } from './server.ts';
import type { Engine } from './types.ts';

/** Makes the engine of this build. @param askToken see {@link createServerEngine} */
export async function createEngine(
  askToken: (wrong: boolean) => Promise<string | undefined>,
): Promise<Engine> {
  if (import.meta.env.MODE === 'browser') {
    const { createBrowserEngine } = await import('./browser.ts');
    return createBrowserEngine();
  }
  return createServerEngine({ askToken });
}
