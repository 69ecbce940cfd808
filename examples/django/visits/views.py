from django.http import HttpResponse

from visits.models import Visit


def count(request):
    Visit.objects.create()
    return HttpResponse(f'visit {Visit.objects.count()}\n', content_type='text/plain')
