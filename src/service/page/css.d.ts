/** Style sheets are bundled; to the types they are nothing. */
declare module '*.css';
