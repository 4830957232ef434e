package dev.finexl.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LooksTest {

    @Test
    void growByHalf() {
        assertThat(Looks.of(25, true).sizes()).containsExactly(8, 16, 25);
        assertThat(Looks.of(200, true).sizes()).containsExactly(8, 16, 24, 40, 64, 96, 144, 200);
        assertThat(Looks.of(9, true).sizes()).containsExactly(9);
        assertThat(Looks.of(2, true).sizes()).containsExactly(2);
    }

    /** Whatever the data say and whenever time runs out, no more error is spent than there is. */
    @ParameterizedTest
    @ValueSource(ints = {2, 8, 10, 16, 25, 50, 333, 1000})
    void neverSpendMoreThanThereIs(int budget) {
        Looks looks = Looks.of(budget, true);
        int last = looks.sizes().size() - 1;
        for (int end = 0; end <= last; end++) {
            double before = IntStream.range(0, end)
                    .filter(looks::mayStop)
                    .mapToDouble(look -> looks.spend(look, false))
                    .sum();
            assertThat(before + looks.spend(end, true)).isCloseTo(1, within(1e-12));
        }
        assertThat(looks.mayStop(last)).isFalse();
        assertThat(looks.mayStop(0)).isFalse();
    }

    @Test
    void spendNothingOnTheWayWhereSamplingMayNotStopForWhatItSees() {
        Looks looks = Looks.of(25, false);
        assertThat(looks.mayStop(1)).isFalse();
        assertThat(looks.spend(2, true)).isEqualTo(1);
    }

    @Test
    void haveTimeWhereThereIsNoDeadline() {
        assertThat(new Pace(Instant.MAX).hasTimeFor(Integer.MAX_VALUE, 1)).isTrue();
        assertThat(new Pace(Instant.now().plusSeconds(3600)).hasTimeFor(2, 1)).isTrue();
        assertThat(new Pace(Instant.now().minusSeconds(1)).hasTimeFor(2, 1)).isFalse();
    }
}
