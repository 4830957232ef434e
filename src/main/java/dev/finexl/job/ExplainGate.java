package dev.finexl.job;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;

/**
 * Lets as many explanations run at once as the machine is good for, and as many wait as is sensible. Exists because an
 * explanation uses every processor on its own: running more of them at once finishes none of them sooner, and each
 * holds the memory of its tensors. Who asked first has the next turn, whether a caller is waiting for the answer or it
 * is a job of the queue.
 *
 * <p>A {@link Place} can be left at any moment and from any thread, as when the caller hangs up: while it waits, the
 * others move up; while it runs, its work is stopped and the turn goes on as soon as it has ended.
 */
public final class ExplainGate {

    private final int concurrent;
    private final int mostWaiting;
    private final Deque<Place> line = new ArrayDeque<>();
    private final Set<Place> running = new HashSet<>();
    private final LongSupplier nanoTime;
    private final Pace callersPace = new Pace();
    private final Pace jobsPace = new Pace();
    private boolean shut;

    /** There are enough waiting already. */
    public static final class FullException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Duration comeBack;

        FullException(String message) {
            this(message, Duration.ZERO);
        }

        /** @param comeBack after what time there will be room, as it looks; zero if nobody knows */
        FullException(String message, Duration comeBack) {
            super(message);
            this.comeBack = comeBack;
        }

        /** After what time there will be room, as it looks; zero if nobody knows. */
        public Duration comeBack() {
            return comeBack;
        }
    }

    /** Nothing is begun any more, because the program is about to end. */
    public static final class ShutException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ShutException() {
            super("the program is shutting down and begins nothing new");
        }
    }

    /**
     * @param concurrent most that run at the same time, 1 or more
     * @param mostWaiting most callers that wait for their turn, 0 or more
     */
    public ExplainGate(int concurrent, int mostWaiting) {
        this(concurrent, mostWaiting, System::nanoTime);
    }

    /** @param nanoTime the clock */
    ExplainGate(int concurrent, int mostWaiting, LongSupplier nanoTime) {
        if (concurrent < 1 || mostWaiting < 0) {
            throw new IllegalArgumentException(
                    "%d at once and %d waiting, expected 1 or more and 0 or more".formatted(concurrent, mostWaiting));
        }
        this.concurrent = concurrent;
        this.mostWaiting = mostWaiting;
        this.nanoTime = nanoTime;
    }

    /**
     * Stands in line for a caller who waits.
     *
     * @param stop stops the work, if the place is left while it runs; called from any thread, at any time before the place
     *     is closed and also shortly after
     * @throws FullException if too many wait already
     * @throws ShutException if nothing is begun any more
     */
    public synchronized Place enter(Runnable stop) {
        boolean mustWait = running.size() >= concurrent || !line.isEmpty();
        if (mustWait && waiting() >= mostWaiting) {
            throw new FullException(
                    "%d requests are waiting already, which is the most that may".formatted(mostWaiting));
        }
        return join(new Place(stop, true));
    }

    /**
     * Stands in the same line for a job, which has its own bound on how many wait: that of the queue.
     *
     * @param stop as for {@link #enter}
     * @throws ShutException if nothing is begun any more
     */
    synchronized Place enterForJob(Runnable stop) {
        return join(new Place(stop, false));
    }

    private Place join(Place place) {
        if (shut) {
            throw new ShutException();
        }
        line.add(place);
        admit();
        return place;
    }

    private void admit() {
        while (running.size() < concurrent && !line.isEmpty()) {
            Place next = line.remove();
            running.add(next);
            next.begin();
        }
    }

    /** How many run now. */
    public synchronized int running() {
        return running.size();
    }

    /** How many callers wait for their turn. */
    public synchronized int waiting() {
        return (int) line.stream().filter(place -> place.caller).count();
    }

    /**
     * In what time a job would begin, if turns go on to take as long as they did lately, and as long as those that run have
     * taken by now. Before each job of the queue those callers have their turns who wait now.
     *
     * @param ahead jobs of the queue that come before it
     * @param elsewhere jobs that other processes work on at the same time
     * @return zero while no turn has begun
     */
    synchronized Duration untilJob(int ahead, int elsewhere) {
        double caller = seconds(true);
        double job = seconds(false);
        double each = job + waiting() * caller / concurrent;
        return Duration.ofMillis(Math.round(1e3 * (ahead + 1) * each / (concurrent + elsewhere)));
    }

    /** Of a turn of this kind, or, while there was none, of the other. */
    private double seconds(boolean ofCaller) {
        Pace own = ofCaller ? callersPace : jobsPace;
        Pace other = ofCaller ? jobsPace : callersPace;
        double lasting = running.stream()
                .filter(place -> place.caller == ofCaller)
                .mapToDouble(Place::seconds)
                .max()
                .orElse(0);
        return Math.max(lasting, own.seconds().orElse(other.seconds().orElse(0)));
    }

    /**
     * Begins nothing more, sends away who waits, and gives what runs some time to end before it is stopped.
     *
     * @return whether everything had ended by itself
     */
    public boolean shut(Duration grace) throws InterruptedException {
        List<Place> late;
        synchronized (this) {
            shut = true;
            line.forEach(place -> place.decide(State.SENT_AWAY));
            line.clear();
            long end = System.nanoTime() + grace.toNanos();
            for (long left = grace.toMillis(); !running.isEmpty() && left > 0; ) {
                wait(left);
                left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            }
            late = List.copyOf(running);
        }
        late.forEach(Place::leave);
        return late.isEmpty();
    }

    private enum State {
        WAITING,
        RUNNING,
        LEFT,
        SENT_AWAY
    }

    /** A place in the line and then a turn, until it is closed. */
    public final class Place implements AutoCloseable {

        private final Runnable stop;
        private final boolean caller;
        private final CountDownLatch decided = new CountDownLatch(1);
        private State state = State.WAITING;
        private long begun;
        private boolean used = true;

        private Place(Runnable stop, boolean caller) {
            this.stop = stop;
            this.caller = caller;
        }

        private void begin() {
            begun = nanoTime.getAsLong();
            decide(State.RUNNING);
        }

        private double seconds() {
            return (nanoTime.getAsLong() - begun) / 1e9;
        }

        private void decide(State now) {
            state = now;
            decided.countDown();
        }

        /**
         * Returns when the turn has come.
         *
         * @throws CancellationException if the place was left, or the thread interrupted, before it came
         * @throws ShutException if the gate was shut before it came
         */
        public void await() {
            try {
                decided.await();
            } catch (InterruptedException e) {
                leave();
                Thread.currentThread().interrupt();
            }
            synchronized (ExplainGate.this) {
                switch (state) {
                    case RUNNING -> {}
                    case SENT_AWAY -> throw new ShutException();
                    case WAITING, LEFT -> throw new CancellationException("left before its turn");
                }
            }
        }

        /** Gives up: the line moves up if this place waits, and the work is stopped if it runs. */
        public void leave() {
            boolean mustStop;
            synchronized (ExplainGate.this) {
                mustStop = state == State.RUNNING;
                if (line.remove(this)) {
                    decide(State.LEFT);
                }
            }
            if (mustStop) {
                stop.run();
            }
        }

        /** Says that there was nothing to do in this turn, which therefore tells nothing of how long others take. */
        void unused() {
            synchronized (ExplainGate.this) {
                used = false;
            }
        }

        /** Gives the turn to the next. */
        @Override
        public void close() {
            synchronized (ExplainGate.this) {
                line.remove(this);
                if (running.remove(this) && used) {
                    (caller ? callersPace : jobsPace).add(seconds());
                }
                decide(State.LEFT);
                admit();
                ExplainGate.this.notifyAll();
            }
        }
    }
}
