/** The few icons of the page, drawn on a 16 by 16 grid in the colour of the text. */

const paths = {
  live: 'M4 2.5v11l9-5.5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  zoomIn: 'M7 3h2v4h4v2H9v4H7V9H3V7h4z',
  zoomOut: 'M3 7h10v2H3z',
  fit: 'M1 3h1.5v10H1zM13.5 3H15v10h-1.5zM3.5 8l3-3v2h3V5l3 3-3 3V9h-3v2z',
  sort: 'M2 3.5h12V5H2zM2 7.25h8.5v1.5H2zM2 11h5v1.5H2z',
  pin: 'M5 1.5h6v1.4l-1.1.9.4 3.4 2.2 1.9v1.4H8.7L8 15l-.7-4.5H3.5V9.1l2.2-1.9.4-3.4L5 2.9z',
  more: 'M2 6.75h2.5v2.5H2zM6.75 6.75h2.5v2.5h-2.5zM11.5 6.75H14v2.5h-2.5z',
  check: 'M6.3 12.6 1.9 8.2l1.2-1.2 3.2 3.2 6.6-6.6 1.2 1.2z',
  close: 'M4.2 3.2 8 7l3.8-3.8 1 1L9 8l3.8 3.8-1 1L8 9l-3.8 3.8-1-1L7 8 3.2 4.2z',
} as const;

export type IconName = keyof typeof paths;

const namespace = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('width', '16');
  svg.setAttribute('height', '16');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('fill', 'currentColor');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
