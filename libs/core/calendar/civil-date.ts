const { floor } = Math;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;

/**
 * Days from 1970-01-01 to the first day of a month of the Gregorian calendar, also long before it was invented. Months are
 * numbered through: `year * 12 + month - 1`. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */
export function firstDayOfMonth(monthNumber: number): number {
  // Years begin in March here, so that the leap day is a year's last.
  const shifted = monthNumber - 2;
  const year = floor(shifted / 12);
  const dayOfYear = floor((153 * (shifted - year * 12) + 2) / 5);
  const leapDays = floor(year / 4) - floor(year / 100) + floor(year / 400);
  return year * 365 + leapDays + dayOfYear - DAYS_TO_1970;
}

/** Days from 1970-01-01 to day `day` of a month, or to its last day when it has fewer. */
export function clampedDayOfMonth(monthNumber: number, day: number): number {
  return Math.min(firstDayOfMonth(monthNumber) + day, firstDayOfMonth(monthNumber + 1)) - 1;
}
