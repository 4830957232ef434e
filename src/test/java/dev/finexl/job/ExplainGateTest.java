package dev.finexl.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.finexl.job.ExplainGate.FullException;
import dev.finexl.job.ExplainGate.Place;
import dev.finexl.job.ExplainGate.ShutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Turns go by the order of arrival, and a place that is left holds up nobody. */
class ExplainGateTest {

    private static final Runnable NOTHING = () -> {};

    private final ExplainGate gate = new ExplainGate(1, 2);

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
}
