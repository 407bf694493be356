import { openCaptureCommand, openRecordedCommand, saveCaptureCommand } from './captures.ts';
import { checkBrokerCommand, compareReportCommand, saveReportCommand } from './check.ts';
import {
  closeCommand,
  disconnectCommand,
  disconnectWithWillCommand,
  dropCommand,
  freezeCommand,
  resumeCommand,
  startCleanCommand,
  takeOverCommand,
} from './client-commands.ts';
import type { Command } from './command.ts';
import { connectCommand } from './connect.ts';
import { copyMosquittoPubCommand, copyMosquittoSubCommand } from './copy-mosquitto.ts';
import { explainCommand } from './explain.ts';
import { clearFaultsCommand, faultCommands } from './fault.ts';
import { addFaultRuleCommand, removeAllFaultRulesCommand, removeFaultRuleCommand } from './fault-rule.ts';
import { restartEngineCommand, showLogCommand } from './host-commands.ts';
import { importCommand } from './import.ts';
import { newProfileCommand } from './new-profile.ts';
import { openProfileCommand } from './open-profile.ts';
import { publishCommand } from './publish.ts';
import { copySandboxAddressCommand, startSandboxCommand, stopSandboxCommand } from './sandbox.ts';
import { runScenarioCommand, showScenarioCommand } from './scenarios.ts';
import { forgetSecretCommand } from './secrets.ts';
import { subscribeCommand } from './subscribe.ts';
import { copyTapAddressCommand, startTapCommand, stopTapCommand } from './tap.ts';
import { clearTraceCommand, openTimelineCommand, pageCommands } from './timeline-commands.ts';
import { whatIfCommand } from './what-if.ts';

/** Every command of the extension. package.json gives the same ids their titles, icons, and when they show. */
export const allCommands: readonly Command[] = [
  newProfileCommand,
  openProfileCommand,
  whatIfCommand,
  checkBrokerCommand,
  saveReportCommand,
  compareReportCommand,
  importCommand,
  copyMosquittoSubCommand,
  copyMosquittoPubCommand,
  connectCommand,
  disconnectCommand,
  disconnectWithWillCommand,
  dropCommand,
  closeCommand,
  freezeCommand,
  resumeCommand,
  startCleanCommand,
  takeOverCommand,
  publishCommand,
  subscribeCommand,
  explainCommand,
  runScenarioCommand,
  showScenarioCommand,
  openTimelineCommand,
  clearTraceCommand,
  saveCaptureCommand,
  openCaptureCommand,
  openRecordedCommand,
  startSandboxCommand,
  stopSandboxCommand,
  copySandboxAddressCommand,
  startTapCommand,
  stopTapCommand,
  copyTapAddressCommand,
  ...faultCommands,
  clearFaultsCommand,
  addFaultRuleCommand,
  removeFaultRuleCommand,
  removeAllFaultRulesCommand,
  forgetSecretCommand,
  showLogCommand,
  restartEngineCommand,
  ...pageCommands,
];
