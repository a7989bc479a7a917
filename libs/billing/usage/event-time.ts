const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** As it is written by most machines, and stored: only the calendar is left to check. */
const canonical = /^(\d{4}-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:(\.\d{3})|)Z$/;

const MINUTE_MS = 60_000;

/** Nothing was metered before: an earlier time is a mistake of units. */
export const EARLIEST_EVENT = "2000-01-01T00:00:00.000Z";

/**
 * Reads an RFC 3339 time with offset and writes it in UTC with milliseconds; finer parts are cut off. A leap second
 * counts as the last second of its minute. Null when the text is no such time.
 */
export function readEventTime(text: string): string | null {
  const plain = canonical.exec(text);
  if (plain !== null && isEveryMonth(plain[2], plain[3]))
    return plain[5] === undefined ? `${plain[1]}.000Z` : text;
  const parts = rfc3339.exec(text);
  if (parts === null) return null;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = "",
    sign,
    offsetHour = "0",
    offsetMinute = "0",
  ] = parts;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = numbers;
  if (mo < 1 || mo > 12 || d < 1 || d > daysInMonth(y, mo) || h > 23 || mi > 59 || s > 60) return null;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === "-" ? -1 : 1);
  const utc = Date.UTC(2000, mo - 1, d, h, mi, Math.min(s, 59), milliseconds);
  const at = new Date(utc);
  at.setUTCFullYear(y, mo - 1, d);
  return writeEventTime(at.getTime() - offset * MINUTE_MS);
}

/** Milliseconds since the epoch as the events' canonical time; null outside the years 0 to 9999. */
export function writeEventTime(epochMilliseconds: number): string | null {
  const text =
    Number.isFinite(epochMilliseconds) && Math.abs(epochMilliseconds) <= 8.64e15
      ? new Date(epochMilliseconds).toISOString()
      : "";
  return text.length === EARLIEST_EVENT.length ? text : null;
}

/** Whether there is such a day in each year. */
function isEveryMonth(month = "", day = ""): boolean {
  return month >= "01" && month <= "12" && day >= "01" && day <= "28";
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
