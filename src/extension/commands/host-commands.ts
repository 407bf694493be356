import type { Command } from './command.ts';

export const showLogCommand: Command = {
  id: 'mqttSession.showLog',
  run: (app) => app.log.show(),
};

/** For when the engine ended too often to be started again by itself. */
export const restartEngineCommand: Command = {
  id: 'mqttSession.restartEngine',
  run: (app) => app.engine.restart(),
};
