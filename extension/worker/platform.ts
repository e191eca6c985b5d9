/* What the worker needs of the browser; tests bring their own. */
import type { PluginMessage, Reading } from "../shared/messages";

export interface Tab {
  id: number;
  windowId: number;
  url: string; // where it goes, while it is on its way
  title: string;
  incognito: boolean;
}

export interface Displays {
  count: number;
  arrangement: string; // "1280x720+0+0 1024x768+1280+0"
}

export interface Extension {
  id: string;
  name: string;
  enabled: boolean;
  permissions: string[];
  hosts: string[]; // match patterns
}

export interface Platform {
  readonly id: string; // ours
  readonly version: string;
  nowMs(): number;
  newId(): string;
  /* After `ms`, unless the worker has died. */
  later(ms: number, what: () => void): void;

  /* All that is kept. One `save` is written whole or not at all. */
  load(): Promise<Record<string, unknown>>;
  save(items: Record<string, unknown>): Promise<void>;
  forget(keys: string[]): Promise<void>;

  tabs(): Promise<Tab[]>;
  /* What is in front: null when the browser is not. */
  front(): Promise<Tab | null>;
  windowState(windowId: number): Promise<string>; // "fullscreen"
  zoom(tabId: number): Promise<number>; // 1
  closeTab(id: number): Promise<void>;
  showTab(id: number): Promise<void>; // and its window
  goTo(id: number, url: string): Promise<void>;

  displays(): Promise<Displays>;
  incognitoSeen(): Promise<boolean>;
  granted(): Promise<Reading[]>;
  extensions(): Promise<Extension[]>; // none without the permission
  /* What the app's native host answers; rejects where there is none. */
  askApp(session: string, nonce: string): Promise<unknown>;

  /* The badge, and whether the browser is to tell us anything at all. */
  watching(on: boolean): void;
  /* The address of the page that says why. */
  warningUrl(host: string, title: string): string;
  /* A small window with that page; there is at most one. */
  openWarning(url: string): Promise<void>;
  closeWarning(): Promise<void>;
  /* To the exam's page; false when it is not connected. */
  send(message: PluginMessage): boolean;
}
