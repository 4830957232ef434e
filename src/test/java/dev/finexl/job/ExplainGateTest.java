package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.job.ExplainGate.FullException;
import dev.finexl.job.ExplainGate.Place;
import dev.finexl.job.ExplainGate.ShutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Turns go by the order of arrival, and a place that is left holds up nobody. */
class ExplainGateTest {

    private static final Runnable NOTHING = () -> {};

    private final AtomicLong clock = new AtomicLong();
    private final ExplainGate gate = gate(1);

    private ExplainGate gate(int concurrent) {
        return new ExplainGate(concurrent, 2, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private void turn(Place place, Duration time) {
        place.await();
        pass(time);
        place.close();
    }

    @Test
    void givesTurnsInTheOrderOfArrival() {
        Place first = gate.enter(NOTHING);
        Place second = gate.enter(NOTHING);
        Place job = gate.enterForJob(NOTHING);
        Place third = gate.enter(NOTHING);
        first.await();
        assertThat(gate.running()).isEqualTo(1);
        assertThat(gate.waiting()).isEqualTo(2);
        first.close();
        second.await();
        second.close();
        job.await();
        assertThat(gate.waiting()).isEqualTo(1);
        job.close();
        third.await();
        third.close();
        assertThat(gate.running()).isZero();
    }

    @Test
    void sendsAwayWhoFindsTooManyWaiting() {
        Place running = gate.enter(NOTHING);
        gate.enter(NOTHING);
        gate.enter(NOTHING);
        assertThatThrownBy(() -> gate.enter(NOTHING))
                .isInstanceOf(FullException.class)
                .hasMessageContaining("2 requests");
        gate.enterForJob(NOTHING);
        running.close();
        gate.enter(NOTHING);
        assertThat(gate.waiting()).isEqualTo(2);
    }

    @Test
    void movesUpWhenAPlaceIsLeft() {
        Place running = gate.enter(NOTHING);
        Place impatient = gate.enter(NOTHING);
        Place patient = gate.enter(NOTHING);
        impatient.leave();
        assertThatThrownBy(impatient::await).isInstanceOf(CancellationException.class);
        assertThat(gate.waiting()).isEqualTo(1);
        running.close();
        patient.await();
        impatient.close();
        patient.close();
        assertThat(gate.running()).isZero();
    }

    @Test
    void stopsWhatRunsWhenItsPlaceIsLeft() {
        AtomicInteger stopped = new AtomicInteger();
        Place place = gate.enter(stopped::incrementAndGet);
        place.await();
        place.leave();
        assertThat(stopped).hasValue(1);
        assertThat(gate.running()).isEqualTo(1);
        place.close();
        place.leave();
        assertThat(stopped).hasValue(1);
    }

    @Test
    void leavesTheLineWithAnInterruptedThread() {
        Place running = gate.enter(NOTHING);
        Place waiting = gate.enter(NOTHING);
        Thread.currentThread().interrupt();
        assertThatThrownBy(waiting::await).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(gate.waiting()).isZero();
        running.close();
    }

    @Test
    void stopsWhatStillRunsSomeTimeAfterItWasShut() throws InterruptedException {
        AtomicInteger stopped = new AtomicInteger();
        Place running = gate.enter(stopped::incrementAndGet);
        Place waiting = gate.enter(NOTHING);
        assertThat(gate.shut(Duration.ofMillis(1))).isFalse();
        assertThat(stopped).hasValue(1);
        assertThatThrownBy(waiting::await).isInstanceOf(ShutException.class);
        assertThatThrownBy(() -> gate.enter(NOTHING)).isInstanceOf(ShutException.class);
        running.close();
        assertThat(gate.shut(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void letsEndWhatEndsInTime() throws InterruptedException {
        Place running = gate.enter(() -> {
            throw new AssertionError("it was to end by itself");
        });
        Thread other = Thread.startVirtualThread(running::close);
        assertThat(gate.shut(Duration.ofMinutes(1))).isTrue();
        other.join();
    }

    @Test
    void expectsNothingBeforeAnythingWasMeasured() {
        assertThat(gate.untilJob(100, 0)).isZero();
    }

    @Test
    void expectsJobsToTakeAsLongAsJobsDidWithTheCallersBetween() {
        turn(gate.enterForJob(NOTHING), Duration.ofSeconds(10));
        turn(gate.enter(NOTHING), Duration.ofSeconds(2));
        assertThat(gate.untilJob(2, 0)).isEqualTo(Duration.ofSeconds(3 * 10));
        Place running = gate.enter(NOTHING);
        gate.enter(NOTHING);
        Place second = gate.enter(NOTHING);
        assertThat(gate.untilJob(2, 0)).isEqualTo(Duration.ofSeconds(3 * (10 + 2 * 2)));
        second.leave();
        assertThat(gate.untilJob(2, 0)).isEqualTo(Duration.ofSeconds(3 * (10 + 2)));
        running.close();
    }

    @Test
    void expectsWhatRunsAtOnceToEndAtOnce() {
        ExplainGate two = gate(2);
        turn(two.enterForJob(NOTHING), Duration.ofSeconds(10));
        assertThat(two.untilJob(3, 0)).isEqualTo(Duration.ofSeconds(20));
        assertThat(two.untilJob(3, 2)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void knowsAtTheFirstJobHowLongItLastsAlready() {
        Place job = gate.enterForJob(NOTHING);
        pass(Duration.ofMinutes(3));
        assertThat(gate.untilJob(1, 0)).isEqualTo(Duration.ofMinutes(6));
        job.close();
        assertThat(gate.untilJob(1, 0)).isEqualTo(Duration.ofMinutes(6));
    }

    @Test
    void followsAtOnceWhenTurnsTakeLonger() {
        turns(1000, Duration.ofSeconds(1));
        turns(50, Duration.ofSeconds(60));
        assertThat(gate.untilJob(0, 0)).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(60));
    }

    @Test
    void followsSlowlyWhenTurnsTakeLess() {
        turns(1000, Duration.ofSeconds(60));
        turns(16, Duration.ofSeconds(1));
        assertThat(gate.untilJob(0, 0)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
        turns(1000, Duration.ofSeconds(1));
        assertThat(gate.untilJob(0, 0)).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1100));
    }

    private void turns(int many, Duration time) {
        for (int i = 0; i < many; i++) {
            turn(gate.enterForJob(NOTHING), time);
        }
    }

    @Test
    void learnsNothingFromATurnWithNothingToDo() {
        turn(gate.enterForJob(NOTHING), Duration.ofSeconds(10));
        Place idle = gate.enterForJob(NOTHING);
        idle.unused();
        turn(idle, Duration.ZERO);
        assertThat(gate.untilJob(0, 0)).isEqualTo(Duration.ofSeconds(10));
    }
}
