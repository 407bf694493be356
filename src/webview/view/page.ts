/** The page: its parts in their places, one scheduler for them all, and what reaches them from the host and the keyboard. */

import { assertNever } from '../../mqtt/assert-never.ts';
import { scaledMetrics } from '../geometry/lanes.ts';
import type { Host } from '../host.ts';
import type { PageCommand, ToPage } from '../messages.ts';
import { laneName } from '../model/describe.ts';
import { laneKeyOf } from '../model/entities.ts';
import { PageModel, type Part } from '../model/page-model.ts';
import { readSaved, type Tab } from '../model/ui-state.ts';
import { panels } from '../toolkit.ts';
import { Announcer } from './announcer.ts';
import type { PageContext } from './context.ts';
import { DetailsStore } from './details-store.ts';
import { el } from './dom.ts';
import { Header } from './header.ts';
import { InsightBar } from './insight-bar.ts';
import { Notice } from './notice.ts';
import { PacketList } from './packet-list.ts';
import { PacketPanel } from './packet-panel.ts';
import { browserFrames, FrameScheduler } from './scheduler.ts';
import { Splitter } from './splitter.ts';
import { Strip } from './strip.ts';
import { Timeline } from './timeline.ts';
import { TimelineInput } from './timeline-input.ts';
import { WhyPanel } from './why-panel.ts';
import { WillPanel } from './will-panel.ts';

/** How often the strip looks for what has become worth a countdown, in milliseconds. */
const stripPauseMs = 500;

/** From here on, filtering takes longer than the pause between two keys. */
const manyRecords = 100_000;
const typingRestMs = 200;

/** How often anything moves for those who prefer that little does, in milliseconds. */
const calmMs = 250;

export class Page {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #model: PageModel;
  readonly #scheduler: FrameScheduler;
  readonly #announcer: Announcer;
  readonly #store: DetailsStore;
  readonly #header: Header;
  readonly #notice: Notice;
  readonly #strip: Strip;
  readonly #insights: InsightBar;
  readonly #timeline: Timeline;
  readonly #splitter: Splitter;
  readonly #list: PacketList;
  readonly #packet: PacketPanel;
  readonly #will: WillPanel;
  readonly #why: WhyPanel;
  readonly #panels;
  readonly #details: HTMLElement;
  readonly #motion = matchMedia('(prefers-reduced-motion: reduce)');
  #stripAtMs = 0;
  #cancelFilter: (() => void) | undefined;
  #saved;
  #savedText = '';

  constructor(host: Host) {
    const fontSizePx = Number.parseFloat(getComputedStyle(document.body).fontSize) || 13;
    this.#saved = readSaved(host.saved);
    this.#model = new PageModel({
      pageNow: () => performance.timeOrigin + performance.now(),
      metrics: scaledMetrics(fontSizePx),
      changed: (parts) => this.#changed(parts),
    });
    const { tab, live, sort, pinned } = this.#saved;
    this.#model.ui = { ...this.#model.ui, tab, live, sort, pinned: new Set(pinned) };
    this.#scheduler = new FrameScheduler(browserFrames, (parts) => this.#draw(parts));
    this.#model.setFilter(this.#saved.filter);
    this.#context = { model: this.#model, host };

    this.#announcer = new Announcer(this.#model, browserFrames);
    this.#store = new DetailsStore(host, () => this.#changed(['details']));
    this.#notice = new Notice(this.#context);
    this.#strip = new Strip(this.#context);
    this.#insights = new InsightBar(this.#context);
    this.#timeline = new Timeline(this.#context, {
      spanMs: this.#saved.spanMs,
      reducedMotion: () => this.#motion.matches,
      invalidate: () => this.#changed(['canvas']),
      clearFilter: () => {
        this.#cancelFilter?.();
        this.#header.clearFilter();
        this.#model.setFilter('');
      },
    });
    new TimelineInput(this.#context, this.#timeline, (key) => this.#togglePin(key));
    this.#header = new Header(this.#context, {
      toggleLive: () => this.#toggleLive(),
      fit: () => this.#timeline.fit(),
      zoom: (factor) => this.#timeline.zoom(factor),
      sort: (sort) => {
        this.#model.setSort(sort);
        const { words } = this.#model;
        this.#announcer.say(words.t('announce.sort', { sort: words.t(`sort.${sort}`) }));
      },
      filter: (text) => this.#filterSoon(text),
    });
    this.#list = new PacketList(this.#context, this.#store, fontSizePx);
    this.#packet = new PacketPanel(this.#context, this.#store, fontSizePx);
    this.#will = new WillPanel(this.#context, this.#store);
    this.#why = new WhyPanel(this.#context);
    const packetTab = el('div', { class: 'packet-tab' }, this.#list.element, this.#packet.element);
    this.#panels = panels<Tab>(
      [
        { id: 'packet', label: '', content: packetTab },
        { id: 'will', label: '', content: this.#will.element },
        { id: 'why', label: '', content: this.#why.element },
      ],
      (tab) => this.#model.setTab(tab),
    );
    this.#details = el('section', { class: 'details' }, this.#panels.element);
    this.#splitter = new Splitter(this.#saved.detailsShare, (share) => this.#resizeDetails(share));
    this.element = el(
      'main',
      { class: 'page' },
      this.#header.element,
      this.#notice.element,
      this.#strip.element,
      this.#insights.element,
      el('div', { class: 'work' }, this.#timeline.element, this.#splitter.element, this.#details),
      this.#announcer.element,
    );
    document.addEventListener('keydown', (event) => this.#key(event));
    host.listen((message) => this.#receive(message));
    this.#changed(['header', 'strip', 'lanes', 'canvas', 'list', 'details']);
  }

  #receive(message: ToPage): void {
    switch (message.type) {
      case 'state':
        this.#store.clear();
        this.#model.receiveState(message.state);
        return;
      case 'changes':
        if (message.cleared) this.#store.clear();
        this.#model.receiveChanges(message);
        return;
      case 'notice':
        this.#model.setNotice(message.notice);
        return;
      case 'command':
        this.#run(message.command);
        return;
      case 'reveal':
        this.#reveal(message.expectation);
        return;
      case 'revealRecord':
        this.#model.select({ kind: 'packet', seq: message.seq });
        this.#timeline.reveal(message.atMs);
        this.#timeline.revealRow(`${message.server}\n${message.clientId}`);
        return;
      case 'revealInsight':
        this.#revealInsight(message.insight);
        return;
      case 'details':
      case 'failure':
        return;
      default:
        assertNever(message);
    }
  }

  #run(command: PageCommand): void {
    switch (command) {
      case 'fit':
        this.#timeline.fit();
        return;
      case 'toggleLive':
        this.#toggleLive();
        return;
      case 'zoomIn':
        this.#timeline.zoom(2);
        return;
      case 'zoomOut':
        this.#timeline.zoom(0.5);
        return;
      case 'focusFilter':
        this.#header.focusFilter();
        return;
      case 'showPacket':
        this.#model.setTab('packet');
        return;
      case 'showWill':
        this.#model.setTab('will');
        return;
      case 'showWhy':
        this.#model.setTab('why');
        return;
      default:
        assertNever(command);
    }
  }

  #reveal(id: number): void {
    const expectation = this.#model.entities.expectations.get(id);
    if (expectation === undefined) return;
    this.#model.select({ kind: 'expectation', id });
    const { observed, dueAtMs, createdAtMs, verdict } = expectation;
    const atMs = observed?.atMs ?? dueAtMs ?? createdAtMs;
    // What is pending is told where it stands now, which is in view while the page follows: where it is due nothing is yet.
    if (verdict !== 'pending') this.#timeline.reveal(atMs);
    else if (!this.#model.ui.live) this.#timeline.reveal(Math.min(atMs, this.#model.clock.now()));
    this.#timeline.revealRow(`${expectation.server}\n${expectation.clientId}`);
  }

  #revealInsight(id: number): void {
    const insight = this.#model.entities.insights.get(id);
    if (insight === undefined) return;
    this.#model.select({ kind: 'insight', id });
    this.#timeline.reveal(insight.lastAtMs);
    this.#timeline.revealRow(laneKeyOf(insight));
  }

  /** A filter over very many records is applied when the typing rests. */
  #filterSoon(text: string): void {
    this.#cancelFilter?.();
    if (this.#model.records.size < manyRecords) {
      this.#model.setFilter(text);
      return;
    }
    this.#cancelFilter = browserFrames.after(typingRestMs, () => this.#model.setFilter(text));
  }

  #togglePin(key: string): void {
    const { words, entities } = this.#model;
    const lane = entities.lane(key);
    if (lane === undefined) return;
    this.#model.togglePin(key);
    const params = { client: laneName(lane, entities, words) };
    const isPinned = this.#model.ui.pinned.has(key);
    this.#announcer.say(words.t(isPinned ? 'announce.pinned' : 'announce.unpinned', params));
    this.#timeline.revealRow(key);
  }

  #toggleLive(): void {
    if (this.#model.stopped) return;
    const live = !this.#model.ui.live;
    this.#model.setLive(live);
    this.#announcer.say(this.#model.words.t(live ? 'announce.live' : 'announce.paused'));
  }

  /** Keys of the whole page; those of the timeline and the lists come first. */
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target instanceof Element && event.target.closest('vscode-text-field') !== null;
    if (typing) {
      if (event.key === 'Escape') this.#timeline.rows.tree.focus();
      return;
    }
    switch (event.key) {
      case 'f':
      case 'F':
        this.#timeline.fit();
        break;
      case 'l':
      case 'L':
        this.#toggleLive();
        break;
      case '/':
        this.#header.focusFilter();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #changed(parts: readonly Part[]): void {
    this.#scheduler.invalidate(parts);
  }

  #draw(parts: ReadonlySet<Part>): number | undefined {
    const { model } = this.#context;
    const nowMs = model.clock.now();
    if (parts.has('header')) this.#drawHeader();
    const stripIsOld = model.entities.pending.size > 0 && nowMs - this.#stripAtMs > stripPauseMs;
    if (parts.has('strip') || stripIsOld || this.#strip.isLeaving(nowMs)) {
      this.#strip.update();
      this.#insights.update();
      this.#stripAtMs = nowMs;
    }
    if (parts.has('lanes')) this.#timeline.updateRows();
    if (parts.has('list') && model.ui.tab === 'packet') this.#list.update();
    if (parts.has('details')) this.#drawDetails();
    if (parts.has('canvas') || this.#timeline.isDue(nowMs)) this.#timeline.draw(nowMs);
    const waits = [this.#strip.tick(), this.#strip.nextMs(nowMs), this.#timeline.nextMs(nowMs)];
    if (model.entities.pending.size > 0) waits.push(stripPauseMs);
    this.#save();
    const known = waits.filter((each) => each !== undefined);
    if (known.length === 0) return undefined;
    return Math.max(this.#motion.matches ? calmMs : 0, Math.min(...known));
  }

  #drawHeader(): void {
    const { words } = this.#model;
    this.#header.update();
    this.#notice.update();
    this.#announcer.update();
    this.#splitter.setLabel(words.t('splitter.label'));
    for (const tab of ['packet', 'will', 'why'] as const) this.#panels.setLabel(tab, words.t(`tab.${tab}`));
    this.#timeline.rows.tree.setAttribute('aria-description', words.t('timeline.help'));
  }

  #drawDetails(): void {
    const { tab } = this.#model.ui;
    this.#panels.select(tab);
    if (tab === 'packet') {
      this.#list.update();
      this.#packet.update();
    } else if (tab === 'will') this.#will.update();
    else this.#why.update();
  }

  #resizeDetails(detailsShare: number): void {
    this.#saved = { ...this.#saved, detailsShare };
    this.#details.style.flexGrow = String(detailsShare);
    this.#timeline.element.style.flexGrow = String(1 - detailsShare);
    this.#changed([]);
  }

  #save(): void {
    const { ui, filterText } = this.#model;
    const { spanMs } = this.#timeline.scale;
    this.#saved = {
      ...this.#saved,
      tab: ui.tab,
      live: ui.live,
      filter: filterText,
      spanMs: Math.round(spanMs),
      sort: ui.sort,
      pinned: [...ui.pinned],
    };
    const text = JSON.stringify(this.#saved);
    if (text === this.#savedText) return;
    this.#savedText = text;
    this.#context.host.save(this.#saved);
  }
}
