/* Texts of the plugin's own pages, from _locales. */
export function text(name: string, ...values: string[]): string {
  return chrome.i18n.getMessage(name, values) || name;
}

export function fillTexts(): void {
  document.documentElement.lang = chrome.i18n.getUILanguage();
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]"))
    element.textContent = text(element.dataset.text ?? "");
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}
