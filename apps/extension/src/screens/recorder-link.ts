import { useCallback, useEffect, useState } from 'react';
import {
  type Command,
  type CommandAnswer,
  type FaultKey,
  PANEL_PORT,
  type RecorderView,
} from '../wire/panel-message.ts';

export type Fault = { key: FaultKey; detail?: string | undefined };
export type Send = (command: Command) => Promise<CommandAnswer>;

/** The worker's view, kept up to date over a port that is opened again when the worker was ended. */
export function useRecorder(): {
  view: RecorderView | null;
  fault: Fault | null;
  send: Send;
  clearFault: () => void;
} {
  const [view, setView] = useState<RecorderView | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);

  useEffect(() => {
    let open = true;
    let port: chrome.runtime.Port | null = null;
    const connect = () => {
      if (!open) return;
      port = chrome.runtime.connect({ name: PANEL_PORT });
      port.onMessage.addListener((said: RecorderView) => setView(said));
      port.onDisconnect.addListener(() => setTimeout(connect, 100));
    };
    connect();
    return () => {
      open = false;
      port?.disconnect();
    };
  }, []);

  const send = useCallback<Send>(async (command) => {
    let answer: CommandAnswer;
    try {
      answer = await chrome.runtime.sendMessage(command);
    } catch {
      answer = { ok: false, fault: 'failed' };
    }
    if (answer.ok) {
      setView(answer.view);
      setFault(null);
    } else setFault({ key: answer.fault, detail: answer.detail });
    return answer;
  }, []);

  const clearFault = useCallback(() => setFault(null), []);
  return { view, fault, send, clearFault };
}
