// Module hooks: packages that are not installed are found where `npm run devices` has put them.
let places = {};

export function initialize(data) {
  places = data;
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (Object.hasOwn(places, specifier)) return { url: places[specifier], shortCircuit: true };
    throw error;
  }
}
