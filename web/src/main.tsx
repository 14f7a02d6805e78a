/** Starts the page. */
import { render } from 'preact';
import { createEngine } from './engine/create-engine.ts';

const engine = await createEngine(async () => undefined);
const models = await engine.models();
render(<p>{models.map(({ name }) => name).join(', ')}</p>, document.getElementById('app')!);
