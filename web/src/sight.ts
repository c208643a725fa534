/**
 * Brings something to the top of what scrolls, below a title that stays there. Only that moves:
 * scrollIntoView would also move the page behind it.
 */
export function bringToTop(scroller: HTMLElement, element: Element | null | undefined): void {
  const title = scroller.querySelector('.details-head')?.clientHeight ?? 0;
  if (element) scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - title;
}
