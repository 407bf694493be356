/** The page's entry: controls, page, and the word to the host that it may send the state. */
import './main.css';
import { Host } from './host.ts';
import { registerToolkit } from './toolkit.ts';
import { Page } from './view/page.ts';

const host = new Host();
window.addEventListener('error', ({ message }) => host.post({ type: 'error', message }));
window.addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) =>
  host.post({ type: 'error', message: reason instanceof Error ? reason.message : String(reason) }),
);
registerToolkit();
const page = new Page(host);
(document.getElementById('app') ?? document.body).replaceChildren(page.element);
host.post({ type: 'ready' });
