/** `dist/cli.js`, which `mqtt-session` runs. The program itself is in parts, which only modules can be. */
void import('./main.ts');
