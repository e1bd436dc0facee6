/** Pixels. */
export const ROW_HEIGHT = 26;
export const COLUMN_WIDTH = 22;
export const BARS_HEIGHT = 92;
export const NAMES_WIDTH = 280;
export const NAMES_WIDTH_NARROW = 150;

/** Columns that are drawn together. */
export const BLOCK_COLUMNS = 8;
