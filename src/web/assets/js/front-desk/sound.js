// A sound for each outcome, told apart without looking: up for in, down for out, twice the same for "look here", low and
// long for "no". Made here, so that there is nothing to download.

const TUNES = {
  in: [[660, 0, 0.12], [990, 0.12, 0.22]],
  out: [[880, 0, 0.12], [590, 0.12, 0.22]],
  already: [[520, 0, 0.12], [520, 0.2, 0.12]],
  unverified: [[520, 0, 0.12], [520, 0.2, 0.12], [520, 0.4, 0.12]],
  refused: [[180, 0, 0.5]],
};

let context;

/** Browsers stay silent until somebody has touched the page or pressed a key. */
export async function wake() {
  context ??= new (window.AudioContext ?? window.webkitAudioContext)();
  if (context.state === "suspended") await context.resume();
}

export const isAwake = () => context?.state === "running";

export function play(kind) {
  if (!isAwake()) return;
  for (const [pitch, after, lasts] of TUNES[kind]) {
    const [tone, volume, at] = [context.createOscillator(), context.createGain(), context.currentTime + after];
    tone.type = kind === "refused" ? "sawtooth" : "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + lasts);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + lasts);
  }
}
