/** Requests that may wait at the broker get connections of their own: a broker answers one request of a connection at a time. */
export type ConnectionRole = string;
