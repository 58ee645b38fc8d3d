/** Joins the parts of a key that is made of several fields: the unit separator, which readings of sensors do not contain. */
export const KEY_SEPARATOR = '\u001f';
