/** Starts the page. */
import { render } from 'preact';
import './style/page.css';
import './style/views.css';
import './style/text.css';
import { createEngine } from './engine/create-engine.ts';
import { startAutosave } from './state/autosave.ts';
import { startEngine } from './state/documents.ts';
import { applySettings } from './state/settings.ts';
import { watchDocument } from './state/view.ts';
import { App } from './ui/app.tsx';
import { askToken } from './ui/token-dialog.tsx';

applySettings();
watchDocument();
render(<App />, document.getElementById('app')!);
void startAutosave();
void createEngine(askToken).then(startEngine);
