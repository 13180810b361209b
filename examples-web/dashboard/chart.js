// @ts-check
import uPlot from 'uplot'
import { count } from './format.js'

const DAYS = 90
const DAY = 86_400_000

/** @param {number | undefined} day Epoch seconds. */
const dayOf = (day = 0) => new Date(day * 1000).toLocaleDateString('en', { day: 'numeric', month: 'short' })

/** @type {(() => void) | undefined} */
let removeLast

/**
 * Draws how many followed in all, and on each day of the last three months.
 *
 * @param {HTMLElement} place
 * @param {readonly number[]} dates When each of the latest followers came: epoch milliseconds.
 * @param {number} total
 * @returns {{ lastWeek: number }} How many came within seven days.
 */
export function drawFollowers(place, dates, total) {
  removeLast?.()
  const { days, sums, perDay } = byDay(dates, total)
  const { bars, spline } = uPlot.paths
  const style = getComputedStyle(place)
  const color = (/** @type {string} */ name) => style.getPropertyValue(name)
  const axis = {
    stroke: color('--soft'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: style.font,
  }
  const size = () => {
    const legend = /** @type {HTMLElement | null} */ (place.querySelector('.u-legend'))
    return { width: place.clientWidth, height: Math.max(120, place.clientHeight - (legend?.offsetHeight ?? 34)) }
  }

  const chart = new uPlot(
    {
      ...size(),
      padding: [12, 24, 0, 0], // half of the last date stands beyond the last day
      cursor: { y: false, points: { size: 8 } },
      scales: {
        x: { range: (_, first, last) => [first - DAY / 2000, last + DAY / 2000] },
        sum: { range: (_, low, high) => [Math.max(0, low - (high - low) * 0.35), high + (high - low) * 0.08 + 1] },
        new: { range: (_, __, high) => [0, Math.max(4, high * 3.2)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 30,
          space: 70,
          values: (_, values) => values.map(dayOf),
        },
        { ...axis, scale: 'sum', size: 46, space: 44, values: (_, values) => values.map(count) },
      ],
      series: [
        { label: 'Day', value: (_, __, ___, index) => (index === null ? 'today' : dayOf(days[index])) },
        {
          label: 'New',
          value: (_, __, ___, index) => count(perDay[index ?? DAYS - 1] ?? 0),
          scale: 'new',
          fill: color('--bar'),
          ...(bars && { paths: bars({ size: [0.7, 14], radius: 0.3 }) }),
          points: { show: false },
        },
        {
          label: 'Followers',
          value: (_, __, ___, index) => count(sums[index ?? DAYS - 1] ?? 0),
          scale: 'sum',
          stroke: color('--accent'),
          width: 2.5,
          fill: ({ ctx, bbox }) => {
            if (!Number.isFinite(bbox.top)) return color('--fade') // for the legend, before there is a plot
            const fade = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height)
            fade.addColorStop(0, color('--fade'))
            fade.addColorStop(1, 'transparent')
            return fade
          },
          ...(spline && { paths: spline() }),
          points: { show: false },
        },
      ],
    },
    [days, perDay, sums],
    place,
  )

  const lastWeek = perDay.slice(-7).reduce((sum, number) => sum + number, 0)
  place.ariaLabel = `${count(total)} followers; ${count(lastWeek)} of them came within a week.`
  const observer = new ResizeObserver(() => chart.setSize(size()))
  observer.observe(place)
  removeLast = () => {
    observer.disconnect()
    chart.destroy()
  }
  return { lastWeek }
}

/**
 * @param {readonly number[]} dates
 * @param {number} total
 */
function byDay(dates, total) {
  const today = new Date().setHours(0, 0, 0, 0)
  const days = Array.from({ length: DAYS }, (_, index) => Math.round((today - (DAYS - 1 - index) * DAY) / 1000))
  const perDay = days.map(() => 0)
  for (const at of dates) {
    const index = DAYS - 1 - Math.floor((today + DAY - 1 - at) / DAY)
    if (index in perDay) perDay[index] = (perDay[index] ?? 0) + 1
  }
  const sums = perDay.map(() => 0)
  let sum = total
  for (let index = DAYS - 1; index >= 0; index -= 1) {
    sums[index] = sum
    sum -= perDay[index] ?? 0
  }
  return { days, sums, perDay }
}
