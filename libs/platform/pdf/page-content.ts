/** Where the text of each page begins below the paper's edge, in CSS pixels; any other number would do as well. */
const flowTop = 45;
/** Chromium lays out in steps of so much of a pixel. */
const layoutSteps = 64;

/** Of the paper, of something inside of the flow, or of the flow itself: what to take off its ordinates. */
type Space = "paper" | "inner" | number;

/**
 * A page's content with its ordinates counted from its own top. Chromium counts them through everything that it prints at once: page 7 begins
 * at six times a page's height, and the matrix before it takes that off again. Here both are taken off, so that a page says the same wherever it stood.
 */
export function fromPageTop(content: string): string {
  const outer: Space[] = [];
  let space: Space = "paper";
  const lines = content.split("\n").map((line) => {
    if (line === "q") outer.push(space);
    if (line === "Q") space = outer.pop() ?? "paper";
    const [, numbers = "", operator = ""] = /^([-\d. ]+) (cm|re|m|l|c|v|y|Tm)$/.exec(line) ?? [];
    if (operator === "" || space === "inner") return line;
    const values = numbers.split(" ").map(Number);
    if (space === "paper") {
      const flow = operator === "cm" ? flowOf(values) : null;
      if (flow === null) return line;
      space = flow.above;
      return flow.matrix;
    }
    const shifted = shift(operator, values, space);
    if (operator === "cm") space = "inner";
    return `${shifted.join(" ")} ${operator}`;
  });
  return lines.join("\n");
}

/** The matrix that puts the flow behind the margins; the other ones on the paper begin at its corner. */
function flowOf(values: readonly number[]): { readonly above: number; readonly matrix: string } | null {
  const [scale = 0, skewX, skewY, scaleY, left = 0, top = 0] = values;
  if (scale <= 0 || scale !== scaleY || skewX !== 0 || skewY !== 0 || left === 0) return null;
  return { above: flowTop - top / scale, matrix: `${scale} 0 0 ${scale} ${left} ${flowTop * scale} cm` };
}

const ordinates: Readonly<Record<string, readonly number[]>> = {
  ...{ re: [1], m: [1], l: [1], c: [1, 3, 5], v: [1, 3], y: [1, 3], Tm: [5], cm: [5] },
};

function shift(operator: string, values: readonly number[], by: number): number[] {
  const places = ordinates[operator] ?? [];
  return values.map((value, at) =>
    places.includes(at) ? Math.round((value - by) * layoutSteps) / layoutSteps : value,
  );
}
