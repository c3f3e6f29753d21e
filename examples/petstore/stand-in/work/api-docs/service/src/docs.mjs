import { openapi } from './openapi.mjs';

/** Adds the documentation, made from whatever routes the router has when it is asked for. */
export default function docs({ router }) {
  const tag = 'service';
  router.add({
    method: 'GET',
    path: '/openapi.json',
    tag,
    summary: 'Describes the API for programs (OpenAPI 3.1)',
    responses: { 200: 'An OpenAPI document' },
    handle: () => ({ status: 200, body: openapi(router.routes) }),
  });
  router.add({
    method: 'GET',
    path: '/docs',
    tag,
    summary: 'Describes the API for people',
    responses: { 200: 'An HTML page' },
    handle: () => ({ status: 200, body: page(openapi(router.routes)), type: 'text/html; charset=utf-8' }),
  });
}

function page({ info, paths }) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  );
  const sections = [...new Set(operations.map(({ tags }) => tags[0]))].map(
    (tag) => `<h2>${escaped(tag)}</h2>\n${operations.filter(({ tags }) => tags[0] === tag).map(section).join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1b2330; }
  article { border-top: 1px solid #d6dae1; padding: .6rem 0; }
  code { background: #eef1f5; padding: .1rem .3rem; border-radius: .2rem; }
  pre { background: #eef1f5; padding: .6rem; overflow-x: auto; }
  h3 { margin: .2rem 0; font-size: 1rem; } ul { margin: .2rem 0; }
</style>
<h1>${escaped(info.title)} ${escaped(info.version)}</h1>
<p>The same for programs: <a href="/openapi.json">/openapi.json</a></p>
${sections.join('\n')}
</html>
`;
}

function section({ path, method, summary, requestBody, security, responses }) {
  const answers = Object.entries(responses).map(([status, { description }]) => `<li><code>${escaped(status)}</code> ${escaped(description)}</li>`);
  const body = requestBody && escaped(JSON.stringify(requestBody.content['application/json'].schema, null, 2));
  return `<article>
<h3><code>${escaped(method)} ${escaped(path)}</code> ${escaped(summary)}</h3>
${security ? '<p>Needs a token: <code>Authorization: Bearer …</code></p>' : ''}
${body ? `<pre>${body}</pre>` : ''}
<ul>${answers.join('')}</ul>
</article>`;
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
