// The camera: finds codes in its picture, by the browser where that truly can, else by the server.

import { Offline, ask, net } from "./net.js";

/** Sides of the picture that goes to the server. */
const FRAME = 800;
const PHOTO = 1600;
/** Milliseconds between looks: by the browser, by the server. */
const OWN_EVERY = 150;
const SENT_EVERY = 400;
/** A picture in which nothing moved for this long is not sent again: a tablet looks at a wall most of the day. */
const STILL_AFTER = 3000;
/** The same card held before the camera is one scan until it has been away for this long. */
const AWAY = 3500;

async function ownDetector() {
  try {
    const formats = (await window.BarcodeDetector?.getSupportedFormats()) ?? [];
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : undefined;
  } catch {
    return undefined;
  }
}

const detector = await ownDetector();

/** True where pictures are read without the server. */
export const readsAlone = Boolean(detector);

function drawn(source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const board = canvas.getContext("2d", { willReadFrequently: true });
  // Without colour a JPEG is a third smaller.
  board.filter = "grayscale(1)";
  board.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const jpeg = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));

async function readByServer(blob, patience) {
  const { codes } = await ask("photo", { body: blob, type: "image/jpeg", patience });
  return codes;
}

/** The codes in a photo that somebody took. */
export async function readPhoto(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return readByServer(file, 20000);
  }
  if (detector) {
    const found = await detector.detect(picture);
    if (found.length) return found.map((code) => code.rawValue);
  }
  return readByServer(await jpeg(drawn(picture, picture.width, picture.height, PHOTO)), 20000);
}

export class Camera {
  constructor(video, { onCode, onState }) {
    this.video = video;
    this.onCode = onCode;
    this.onState = onState;
    this.wanted = false;
    this.seen = new Map();
    this.glance = document.createElement("canvas");
    [this.glance.width, this.glance.height] = [24, 18];
    this.moved = 0;
    net.addEventListener("change", () => this.tell());
  }

  tell(state = this.state) {
    this.state = state;
    if (!state) return;
    const blind = state === "on" && !detector && net.state === "offline";
    this.onState(blind ? "blind" : state);
  }

  async start() {
    this.wanted = true;
    if (!window.isSecureContext || !navigator.mediaDevices) return this.tell("insecure");
    try {
      const picture = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 960 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: picture, audio: false });
      if (!this.wanted) return stream.getTracks().forEach((track) => track.stop());
      this.video.srcObject = stream;
      await this.video.play();
      // Unplugged, or taken by another program: it may come back.
      stream.getVideoTracks()[0].onended = () => this.again();
      this.tell("on");
      this.look();
    } catch (error) {
      this.tell(error.name === "NotAllowedError" ? "denied" : "none");
      if (error.name !== "NotAllowedError" && error.name !== "NotFoundError") this.again();
    }
  }

  again() {
    if (!this.wanted) return;
    this.release();
    this.tell("stopped");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.wanted && this.start(), 5000);
  }

  stop(state = "off") {
    this.wanted = false;
    clearTimeout(this.retry);
    this.release();
    this.tell(state);
  }

  release() {
    clearTimeout(this.timer);
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }

  /** One look, and the next one when it is done: never two at a time. */
  async look() {
    clearTimeout(this.timer);
    const stream = this.video.srcObject;
    if (!stream) return;
    try {
      const found = await this.codes();
      // Switched off while the server was reading.
      if (this.video.srcObject !== stream) return;
      found.forEach((text) => this.notice(text));
    } catch (error) {
      if (!(error instanceof Offline)) this.moved = 0;
    }
    if (this.video.srcObject === stream) {
      this.timer = setTimeout(() => this.look(), detector ? OWN_EVERY : SENT_EVERY);
    }
  }

  async codes() {
    const { video } = this;
    if (document.hidden || video.readyState < 2) return [];
    if (detector) return (await detector.detect(video)).map((code) => code.rawValue);
    if (net.state !== "online" || !this.moves()) return [];
    return readByServer(await jpeg(drawn(video, video.videoWidth, video.videoHeight, FRAME)), 4000);
  }

  moves() {
    const { width, height } = this.glance;
    const board = this.glance.getContext("2d", { willReadFrequently: true });
    board.drawImage(this.video, 0, 0, width, height);
    const pixels = board.getImageData(0, 0, width, height).data;
    let change = 0;
    if (this.before) for (let n = 1; n < pixels.length; n += 4) change += Math.abs(pixels[n] - this.before[n]);
    const moved = !this.before || change / (width * height) > 2.5;
    this.before = pixels;
    if (moved) this.moved = Date.now();
    return Date.now() - this.moved < STILL_AFTER;
  }

  notice(text) {
    const last = this.seen.get(text) ?? 0;
    this.seen.set(text, Date.now());
    for (const [other, at] of this.seen) if (Date.now() - at > 60000) this.seen.delete(other);
    if (Date.now() - last > AWAY) this.onCode(text);
  }
}
