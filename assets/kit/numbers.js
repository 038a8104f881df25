// How a number is written on the screen.

/** With a comma after each three digits, and two decimals at most. */
export const written = (number) => number.toLocaleString("zh-CN", { maximumFractionDigits: 2 });
