/** "SNCP", little-endian. */
export const MAGIC = 0x50434e53;

/** Raised when old files can no longer be read. */
export const VERSION = 1;

/** Bytes of the file's header: magic, version, number of sections, CRC of these three, two reserved words. */
export const FILE_HEADER = 24;

/** Bytes of a section's header: tag, CRC of the payload, length as a double, CRC of these three, reserved word. */
export const SECTION_HEADER = 24;

/** Payloads begin at multiples of this, so that doubles can be read where they lie. */
export const ALIGNMENT = 8;
