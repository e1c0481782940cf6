/** A point at a bearing (clockwise from up) and radius, SVG axes. */
export function polar(bearingDeg: number, radius: number): { x: number; y: number } {
  const radians = (bearingDeg * Math.PI) / 180;
  return { x: radius * Math.sin(radians), y: -radius * Math.cos(radians) };
}

const at = (bearingDeg: number, radius: number): string => {
  const { x, y } = polar(bearingDeg, radius);
  return `${x.toFixed(2)} ${y.toFixed(2)}`;
};

/** SVG path of a ring segment between two bearings (`toDeg` > `fromDeg`, less than 180° apart). */
export function ringSegment(span: {
  fromDeg: number;
  toDeg: number;
  inner: number;
  outer: number;
}): string {
  const { fromDeg, toDeg, inner, outer } = span;
  return [
    `M${at(fromDeg, inner)}`,
    `L${at(fromDeg, outer)}`,
    `A${outer} ${outer} 0 0 1 ${at(toDeg, outer)}`,
    `L${at(toDeg, inner)}`,
    `A${inner} ${inner} 0 0 0 ${at(fromDeg, inner)}Z`,
  ].join('');
}
