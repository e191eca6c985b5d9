// The manifest of one deployment's plugin. docs/privacy.md tells why each permission is there.

export const VERSION = '1.0.0';

// "http://127.0.0.1:*" is any port: match patterns without one mean that.
export const pattern = (origin, path) => `${origin.replace(/:\*$/, '')}${path}`;

// `managed`: for browsers that an administrator manages. Nobody can be asked there, so what is optional elsewhere is
// part of it.
export function manifest({ origins, key, managed = false, updateUrl }) {
  const optional = ['downloads', 'management', 'nativeMessaging'];
  return {
    manifest_version: 3,
    name: '__MSG_name__',
    description: '__MSG_description__',
    version: VERSION,
    minimum_chrome_version: '120',
    default_locale: 'en',
    key,
    ...(updateUrl ? { update_url: updateUrl } : {}),
    icons: { 16: 'icons/16.png', 32: 'icons/32.png', 48: 'icons/48.png', 128: 'icons/128.png' },
    action: { default_popup: 'pages/plugin.html', default_title: '__MSG_name__' },
    background: { service_worker: 'worker.js', type: 'module' },
    content_scripts: [
      { matches: origins.map((origin) => pattern(origin, '/exam/*')), js: ['exam.js'], run_at: 'document_start', all_frames: true },
    ],
    externally_connectable: { matches: origins.map((origin) => pattern(origin, '/*')) },
    permissions: ['storage', 'system.display', 'tabs', ...(managed ? optional : [])],
    ...(managed ? {} : { optional_permissions: optional }),
    content_security_policy: { extension_pages: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'" },
  };
}
