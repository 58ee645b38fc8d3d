import { openApi } from './open-api.js';
import { jsonText, type Route } from './route.js';

/** `/api/openapi.json`: what the API offers. Made when it is first asked for. */
export function openApiRoute(): Route {
  let text: string | undefined;
  return {
    method: 'GET',
    path: '/api/openapi.json',
    handle: () => {
      text ??= `${JSON.stringify(openApi(), null, 2)}\n`;
      return jsonText(text);
    },
  };
}
